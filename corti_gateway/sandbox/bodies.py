"""Wrong bodies under a success status, for every endpoint that answers JSON, and for the token endpoint."""

import gzip
import json
import re
from collections.abc import Callable
from functools import lru_cache

from corti_gateway.sandbox.messages import JSON, Reply

HTML = b"<!doctype html><html><head><title>Sign in to the network</title></head><body><h1>Welcome</h1></body></html>"


_LIST_KEY = re.compile(rb'\{"(\w+)":')
_ROW = re.compile(rb'^(\[|\{"\w+": ?\[)?\{')


@lru_cache(maxsize=4)
def _bomb(mb: int) -> bytes:
    return gzip.compress(b'{"interactions":[' + b" " * (mb << 20) + b"]}", compresslevel=9)


def _json(body: bytes) -> Callable[[Reply, int], Reply]:
    return lambda reply, mb: Reply(200, body, JSON)


def _beginning(text: bytes) -> Callable[[Reply, int], Reply]:
    """The real body whose first object begins with something else; KEY is the first key that it really has."""

    def begin(reply: Reply, mb: int) -> Reply:
        return Reply(200, _LIST_KEY.sub(lambda found: text.replace(b"KEY", found[1]), reply.body, count=1), JSON)

    return begin


def _key(reply: Reply) -> bytes:
    found = _LIST_KEY.match(reply.body)
    return found[1] if found else b"data"


BODIES: dict[str, Callable[[Reply, int], Reply]] = {
    "malformed": lambda reply, mb: Reply(200, reply.body[:-2] + b",,", JSON),
    "html": lambda reply, mb: Reply(200, HTML, "text/html; charset=utf-8"),
    "html_as_json": _json(HTML),
    "content_type": lambda reply, mb: Reply(200, reply.body, "text/plain"),
    "no_content_type": lambda reply, mb: Reply(200, reply.body),
    "empty": _json(b""),
    "no_content": lambda reply, mb: Reply(204),
    "null": _json(b"null"),
    "list": _json(b"[]"),
    "object": _json(b"{}"),
    "text": _json(b'"ok"'),
    "wrong_key": _beginning(b'{"content":'),
    "rows_object": lambda reply, mb: Reply(200, b'{"%b":{"0":{}}}' % _key(reply), JSON),
    "nan": _beginning(b'{"total":NaN,"share":-Infinity,"KEY":'),
    "duplicate_keys": _beginning(b'{"KEY":[],"KEY":'),
    "big_number": _beginning(b'{"total":' + b"9" * 5000 + b',"KEY":'),
    "bom": lambda reply, mb: Reply(200, b"\xef\xbb\xbf" + reply.body, JSON),
    "latin1": lambda reply, mb: Reply(200, reply.body.decode().encode("latin-1", "replace"), JSON),
    # Within a row where there is one.
    "invalid_utf8": lambda reply, mb: Reply(
        200, _ROW.sub(rb'\1{"note":"' + b"\xff\xfe\xc3(" + rb'",', reply.body, count=1), JSON
    ),
    "deep": lambda reply, mb: Reply(200, b'{"%b":' % _key(reply) + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON),
    "huge": lambda reply, mb: Reply(200, b'{"%b":[' % _key(reply) + b" " * (mb << 20) + b"]}", JSON),
    "gzip_bomb": lambda reply, mb: Reply(200, _bomb(mb), JSON, [("Content-Encoding", "gzip")]),
    "bad_gzip": lambda reply, mb: Reply(200, reply.body, JSON, [("Content-Encoding", "gzip")]),
}

TOKEN_ANSWERS: dict[str, tuple[bytes, str]] = {
    "garbage": (b"access_token=abc&expires_in=300", JSON),
    "html": (HTML, "text/html; charset=utf-8"),
    "empty": (b"", JSON),
    "null": (b"null", JSON),
    "list": (b"[]", JSON),
    "no_token": (b'{"expires_in":300,"token_type":"Bearer"}', JSON),
    "null_token": (b'{"access_token":null,"expires_in":300,"token_type":"Bearer"}', JSON),
    "number_token": (b'{"access_token":42,"expires_in":300,"token_type":"Bearer"}', JSON),
    "header_token": (b'{"access_token":"abc\\r\\nX-Evil: 1","expires_in":300,"token_type":"Bearer"}', JSON),
    "huge": (b'{"access_token":"' + b"a" * 200_000 + b'","expires_in":300,"token_type":"Bearer"}', JSON),
    # These are filled with a token that works.
    "no_expires_in": (b'{"access_token":"TOKEN","token_type":"Bearer"}', JSON),
    "text_expires_in": (b'{"access_token":"TOKEN","expires_in":"soon","token_type":"Bearer"}', JSON),
    "zero_expires_in": (b'{"access_token":"TOKEN","expires_in":0,"token_type":"Bearer"}', JSON),
    "negative_expires_in": (b'{"access_token":"TOKEN","expires_in":-5,"token_type":"Bearer"}', JSON),
    "nan_expires_in": (b'{"access_token":"TOKEN","expires_in":NaN,"token_type":"Bearer"}', JSON),
    "forever": (b'{"access_token":"TOKEN","expires_in":1e308,"token_type":"Bearer"}', JSON),
}


def token_answer(reply: Reply, kind: str) -> Reply:
    """A token answer of this kind in place of a good one."""
    if reply.status != 200:
        return reply
    body, content_type = TOKEN_ANSWERS[kind]
    token = json.loads(reply.body)["access_token"]
    return Reply(200, body.replace(b"TOKEN", token.encode()), content_type)
