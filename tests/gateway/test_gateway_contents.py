"""The endpoints of what an interaction holds, over HTTP: paths, envelopes, ids, and answers about somebody else."""

import contextlib
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from contents_fakes import (
    INTERACTION,
    OTHER,
    RECORDING,
    TRANSCRIPT,
    a_classic,
    a_fact,
    a_group,
    a_guided,
    a_transcript,
)
from gateway_fakes import RawServer, a_config, a_row, http, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from corti_gateway import errors
from corti_gateway.contents import Listed
from corti_gateway.gateway import CortiGateway
from corti_gateway.vocabulary import TranscriptStatus

Opening = Callable[..., CortiGateway]
Asking = Callable[[CortiGateway], Any]
INSIDE = f"/v2/interactions/{INTERACTION}"

# Name: how to ask, the path asked, the key of its envelope (None for a bare list), a good item.
LISTS: dict[str, tuple[Asking, str, str | None, Any]] = {
    "facts": (lambda g: g.list_facts(INTERACTION), f"{INSIDE}/facts/", "facts", a_fact()),
    "fact groups": (lambda g: g.list_fact_groups(), "/v2/factgroups/", "data", a_group()),
    "documents": (lambda g: g.list_documents(INTERACTION), f"{INSIDE}/documents/", "data", a_classic()),
    "guided documents": (
        lambda g: g.list_guided_documents(INTERACTION),
        f"/v2/documents/?interactionId={INTERACTION}",
        None,
        a_guided(),
    ),
    "transcripts": (
        lambda g: g.list_transcripts(INTERACTION),
        f"{INSIDE}/transcripts/",
        "transcripts",
        {"id": TRANSCRIPT, "transcriptSample": "Good morning"},
    ),
    "recordings": (lambda g: g.list_recordings(INTERACTION), f"{INSIDE}/recordings/", "recordings", RECORDING),
}
SINGLES: dict[str, tuple[Asking, str, Any]] = {
    "interaction": (lambda g: g.get_interaction(INTERACTION), INSIDE, a_row(id=INTERACTION)),
    "transcript": (
        lambda g: g.get_transcript(INTERACTION, TRANSCRIPT),
        f"{INSIDE}/transcripts/{TRANSCRIPT}",
        a_transcript(),
    ),
    "status": (
        lambda g: g.get_transcript_status(INTERACTION, TRANSCRIPT),
        f"{INSIDE}/transcripts/{TRANSCRIPT}/status",
        {"status": "completed"},
    ),
}


def in_json(body: Any) -> bytes:
    return http(json.dumps(body).encode())


def wrapped(kind: str, rows: Any) -> Any:
    key = LISTS[kind][2]
    return rows if key is None else {key: rows, "usageInfo": {"creditsConsumed": 0}}


def asked(server: RawServer) -> str:
    return server.requests[-1].split()[1]


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_asked_at_its_path_and_read(kind: str, open_gateway: Opening) -> None:
    ask, path, _, item = LISTS[kind]
    with serving(in_json(wrapped(kind, [item, 5, None]))) as server:
        listed: Listed[Any] = ask(open_gateway(server.url))
        assert (asked(server), server.api_calls) == (path, 1)
    assert (len(listed.items), listed.unreadable, listed.foreign) == (1, 2, 0)
    assert listed.as_of.tzinfo is not None


@pytest.mark.parametrize("kind", LISTS)
def test_an_empty_list_is_empty(kind: str, open_gateway: Opening) -> None:
    with serving(in_json(wrapped(kind, []))) as server:
        listed = LISTS[kind][0](open_gateway(server.url))
    assert (listed.items, listed.unreadable, listed.foreign) == ((), 0, 0)


def test_null_is_an_empty_list_only_where_the_api_says_so(open_gateway: Opening) -> None:
    empty = []
    for kind, (ask, *_) in LISTS.items():
        with serving(in_json(wrapped(kind, None))) as server, contextlib.suppress(errors.UnreadableAnswer):
            assert ask(open_gateway(server.url)).items == ()
            empty.append(kind)
    assert empty == ["transcripts"]


@pytest.mark.parametrize("kind", LISTS)
def test_an_answer_in_the_envelope_of_another_list_is_unreadable(kind: str, open_gateway: Opening) -> None:
    ask, _, key, item = LISTS[kind]
    wrong: list[Any] = ["text", 5, None, {}, {"items": [item]}, {key or "data": "text"}, {key or "data": {"0": item}}]
    wrong += [[item]] if key else [{"data": [item]}]
    for body in wrong:
        with serving(in_json(body)) as server:
            with pytest.raises(errors.UnreadableAnswer) as caught:
                ask(open_gateway(server.url))
            assert (caught.value.tenant, server.api_calls) == ("testville", 1)
            assert caught.value.operation.startswith("list ")


@pytest.mark.parametrize("kind", SINGLES)
def test_a_single_thing_is_asked_at_its_path_and_read(kind: str, open_gateway: Opening) -> None:
    ask, path, body = SINGLES[kind]
    with serving(in_json(body)) as server:
        found = ask(open_gateway(server.url))
        assert (asked(server), server.api_calls) == (path, 1)
    assert found is TranscriptStatus.COMPLETED if kind == "status" else found.id == body["id"]


@pytest.mark.parametrize("kind", SINGLES)
@pytest.mark.parametrize("body", [None, [], "completed", 5, {}, {"id": None, "status": None}, {"id": 5, "status": 5}])
def test_a_single_answer_of_another_kind_is_unreadable(kind: str, body: Any, open_gateway: Opening) -> None:
    with serving(in_json(body)) as server, pytest.raises(errors.UnreadableAnswer):
        SINGLES[kind][0](open_gateway(server.url))


@pytest.mark.parametrize("kind", ["interaction", "transcript"])
@pytest.mark.parametrize("other", [OTHER, "fct-1", "null"])
def test_an_answer_about_another_one_than_asked_is_unreadable(kind: str, other: str, open_gateway: Opening) -> None:
    ask, _, body = SINGLES[kind]
    with serving(in_json({**body, "id": other})) as server, pytest.raises(errors.UnreadableAnswer) as caught:
        ask(open_gateway(server.url))
    assert f"another {kind}" in str(caught.value)


@pytest.mark.parametrize("kind", ["interaction", "transcript"])
def test_an_id_in_capitals_is_the_same_id(kind: str, open_gateway: Opening) -> None:
    ask, _, body = SINGLES[kind]
    with serving(in_json({**body, "id": body["id"].upper()})) as server:
        assert ask(open_gateway(server.url)).id == body["id"].upper()


def test_an_unknown_status_is_handed_on(open_gateway: Opening) -> None:
    with serving(in_json({"status": "queued"})) as server:
        assert open_gateway(server.url).get_transcript_status(INTERACTION, TRANSCRIPT) == "queued"


def test_documents_of_others_are_left_out_when_the_api_ignores_the_question(open_gateway: Opening) -> None:
    rows = [a_guided(interactionId=OTHER), a_guided(), a_guided(interactionId=None), a_guided(interactionId=OTHER), 5]
    with serving(in_json(rows)) as server:
        listed = open_gateway(server.url).list_guided_documents(INTERACTION.upper())
        assert asked(server) == f"/v2/documents/?interactionId={INTERACTION}"
    assert (len(listed.items), listed.unreadable, listed.foreign) == (1, 2, 2)


BY_ID: dict[str, Callable[[CortiGateway, Any], object]] = {
    "interaction": lambda g, odd: g.get_interaction(odd),
    "facts": lambda g, odd: g.list_facts(odd),
    "documents": lambda g, odd: g.list_documents(odd),
    "guided documents": lambda g, odd: g.list_guided_documents(odd),
    "transcripts": lambda g, odd: g.list_transcripts(odd),
    "recordings": lambda g, odd: g.list_recordings(odd),
    "transcript of": lambda g, odd: g.get_transcript(odd, TRANSCRIPT),
    "transcript": lambda g, odd: g.get_transcript(INTERACTION, odd),
    "status of": lambda g, odd: g.get_transcript_status(odd, TRANSCRIPT),
    "status": lambda g, odd: g.get_transcript_status(INTERACTION, odd),
}


@pytest.mark.parametrize("kind", BY_ID)
def test_an_id_that_is_none_costs_no_call(kind: str, open_gateway: Opening) -> None:
    with serving(in_json({})) as server:
        gateway = open_gateway(server.url)
        for odd in ("", "x", "../factgroups", f"{INTERACTION}/facts", "%2e%2e", "\0", None, 5):
            with pytest.raises(errors.NotFound) as caught:
                BY_ID[kind](gateway, odd)
            assert (caught.value.tenant, bool(caught.value.operation)) == ("testville", True)
        assert (server.api_calls, server.token_calls) == (0, 0)


@pytest.mark.parametrize("kind", [*LISTS, *SINGLES])
def test_a_refusal_keeps_its_kind(kind: str, open_gateway: Opening) -> None:
    ask = (LISTS.get(kind) or SINGLES[kind])[0]
    with serving(http(b"{}", "404 Not Found")) as server, pytest.raises(errors.NotFound) as caught:
        ask(open_gateway(server.url))
    assert caught.value.status == 404


# Keys that the parsers look for, so that the fuzz gets past the envelopes.
KEYS = sorted(
    {"data", "facts", "recordings", "transcripts", "translations", "metadata", "participantsRoles", "channel", "role"}
    | {*a_fact(), *a_group(), *a_classic(), *a_guided(), *a_transcript()}
)
WORDS = st.text(st.characters(codec=None), max_size=5) | st.sampled_from(
    [INTERACTION, TRANSCRIPT, "0001-01-01T00:00:00Z"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
ITEMS = [item for *_, item in LISTS.values()] + [body for *_, body in SINGLES.values()]


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    """Any JSON; or a good item with anything at one of its keys, in any envelope."""
    item = draw(st.sampled_from(ITEMS))
    if isinstance(item, dict):
        item = {**item, draw(st.sampled_from(sorted(item))): draw(JSON)}
    key = draw(st.sampled_from(["facts", "data", "transcripts", "recordings"]))
    return draw(st.sampled_from([item, [item], {key: [item]}, draw(JSON)]))


@settings(max_examples=60, deadline=None)
@given(bodies())
def test_no_answer_whatever_raises_anything_but_an_error_of_ours(body: Any) -> None:
    def answer(_: socket.socket, __: str) -> bytes:
        return in_json(body)

    with serving(answer) as server:
        gateway = CortiGateway(a_config(server.url))
        try:
            for ask, *_ in (*LISTS.values(), *SINGLES.values()):
                with contextlib.suppress(errors.GatewayError):
                    # What is handed on can be rendered.
                    repr(ask(gateway)).encode()
        finally:
            gateway.close()
