"""Bars 3 to 6, of the index: deep pages, filtered pages, searches, many clients."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from benchmarks.figures import Figure, Judged, NotMeasured
from benchmarks.lab import Indexed, Lab
from benchmarks.load import Load, drive, text_of
from benchmarks.timing import medians
from benchmarks.wire import Answer

# By the start of the encounter, which no list of Corti's can be sorted by.
DEEP = "sort=-started&size=50"
FILTERED = "status=completed&type=consultation&size=50"
WOMEN = "sex=female&size=50"
CLIENTS = 8
ADMIN = "/admin/index/indexedinteraction/?status__exact=completed&type__exact=consultation"
# Two words of which many patients have one, and a beginning that many share: invented people.
TWO_WORDS, BROAD = "Karen Holm", "a"


def deep_page(lab: Lab) -> list[Figure]:
    """Bar 3: a page in the middle of the index beside its first."""
    index = lab.large
    deep = index.filled.rows // 100
    first, far = (_encounters(index, f"{DEEP}{page}") for page in ("", f"&page={deep}"))
    near, deep_ms = medians(lab.repetitions(300, 80), _view(index, first), _view(index, far))
    return [Figure(3, f"page {deep:,} of the index, against page 1", deep_ms, "ms", 1.15, near, Judged.RATIO)]


def filtered_page(lab: Lab) -> list[Figure]:
    """Bar 4: filtered pages with their totals beside the plainest call for as many rows, and no call for them."""
    index = lab.large
    views = {"encounters": _encounters(index, FILTERED), "patients": _patients(index, WOMEN)}
    asked = {what: _view(index, path) for what, path in views.items()}
    before = lab.sandbox.calls(index.slug)[0]
    for view in asked.values():
        view()
    calls = lab.sandbox.calls(index.slug)[0] - before
    figures = [Figure(4, "upstream calls for pages of the index", calls, "", 0)]
    for what, view in asked.items():
        floor, page = medians(lab.repetitions(300, 80), lab.sandbox.floor(index.slug), view)
        figures.append(Figure(4, f"page of the index p50, {what}, filtered", page, "ms", 4, floor, Judged.RATIO))
    return figures


def name_search(lab: Lab) -> list[Figure]:
    """Bar 5: a patient searched for by two words, and by a beginning that very many share."""
    index = lab.large
    figures = []
    searches = (("two words", TWO_WORDS, 5), ("one broad beginning", BROAD, 30))
    for what, text, limit in searches:
        sealed = index.installation.sealed(index.slug, "q", text)
        asked = _view(index, _patients(index, urlencode({"q": sealed})))
        floor, page = medians(lab.repetitions(300, 80), lab.sandbox.floor(index.slug), asked)
        figures.append(Figure(5, f"patients by name p50, {what}", page, "ms", limit, floor, Judged.RATIO))
    return figures


def against_the_admin(lab: Lab) -> list[Figure]:
    """Bar 6: a filtered page of the index for eight clients, beside Django's admin over the same table."""
    index = lab.followed
    seconds = lab.repetitions(10, 4)
    ours = index.dashboard
    asked = ours.request(_encounters(index, FILTERED))
    with index.peer() as admin:
        theirs = admin.request(ADMIN)
        rates: list[list[float]] = [[], []]
        for _ in range(lab.repetitions(3, 1)):
            for service, request, taken in ((ours, asked, rates[0]), (admin, theirs, rates[1])):
                load = Load(service.port, text_of(request), connections=CLIENTS, warm_up=2, seconds=seconds)
                taken.append(drive(load).rate)
    own, peer = (sorted(taken)[len(taken) // 2] for taken in rates)
    what = f"index page, {CLIENTS} clients, against Django admin"
    return [Figure(6, what, own, "/s", 10, peer, Judged.SHARE)]


def _encounters(index: Indexed, query: str) -> str:
    return f"/{index.slug}/encounters/?{query}"


def _patients(index: Indexed, query: str) -> str:
    return f"/{index.slug}/patients/?{query}"


def _view(index: Indexed, path: str) -> Callable[[], Answer]:
    """A view of a page over a kept-alive connection; :class:`NotMeasured` if there is no such page."""
    asked, connection = index.dashboard.request(path), index.dashboard.connection()
    answer = connection.get(asked)
    if answer.status == HTTPStatus.NOT_FOUND:
        raise NotMeasured(f"the dashboard has no {path.partition('?')[0]}")
    assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"
    assert "<td" in answer.text, f"{path}: no rows"
    return lambda: connection.get(asked)
