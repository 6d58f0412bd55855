"""Compressed answers."""

import gzip

import brotli
import pytest

URL = "/nordhavn/encounters/"


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=1.0, gzip", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("brotli", None, bytes),
    ],
)
def test_an_answer_comes_in_the_best_encoding_that_is_accepted(page_client, accepted, encoding, unpack):
    answer = page_client.get(URL, headers={"Accept-Encoding": accepted})
    assert answer.get("Content-Encoding") == encoding
    assert b"<h1>Encounters</h1>" in unpack(answer.content)
    assert "Accept-Encoding" in answer["Vary"]
    assert encoding != "br" or int(answer["Content-Length"]) == len(answer.content)


def test_a_short_answer_stays_as_it_is(page_client):
    page_client.session.flush()
    answer = page_client.get(URL, headers={"Accept-Encoding": "br", "HX-Request": "true"})
    assert "Content-Encoding" not in answer


def test_the_length_of_an_answer_varies_by_chance(page_client):
    lengths = {
        len(page_client.get("/accounts/settings/", headers={"Accept-Encoding": "br"})["X-Padding"]) for _ in range(20)
    }
    assert len(lengths) > 5
