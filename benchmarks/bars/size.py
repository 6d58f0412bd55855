"""Bar 8: how much HTML a list is."""

from benchmarks.dashboard import list_path
from benchmarks.figures import Figure
from benchmarks.lab import MIDDLE, Lab


def list_page(lab: Lab) -> list[Figure]:
    """The bytes of 50 rows as a browser gets them, in Brotli, as a page and as the fragment that HTMX asks for."""
    path, browser = list_path(MIDDLE), lab.dashboard.connection()
    figures = []
    for what, limit, headers in (("page", 8, {}), ("fragment", 6, {"HX_Request": "true"})):
        answer = browser.get(lab.dashboard.request(path, **headers))
        assert answer.text.count('<th scope="row"') == 50
        assert ("<html" in answer.text) is (what == "page")
        figures.append(Figure(8, f"HTML of 50 rows, Brotli, {what}", len(answer.body) / 1000, "KB", limit))
    return figures
