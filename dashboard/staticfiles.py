"""Static files as browsers like them: hashed, compressed, and one stylesheet instead of twenty."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/app.css"
_IMPORT = re.compile(r'@import "(?P<file>[^"]+)" layer\((?P<layer>[a-z]+)\);')
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


class OneStylesheetStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Puts the files that app.css imports in their place, so that a first visit asks for one file."""

    @lru_cache(maxsize=64)  # noqa: B019 - one storage a process, and as few names as there are files
    def url(self, name: str, force: bool = False) -> str:
        """The hashed address of a file: the same for as long as the process lives, and asked five times a page."""
        return str(super().url(name, force))

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run and STYLESHEET in paths:
            text = _COMMENT.sub("", _IMPORT.sub(self._layer, self._read(STYLESHEET)))
            self.delete(STYLESHEET)
            self._save(STYLESHEET, ContentFile(text.encode()))
            # From here on the collected file counts, not the one that it was collected from.
            paths = {**paths, STYLESHEET: (self, STYLESHEET)}
        yield from super().post_process(paths, dry_run, **options)

    def _layer(self, match: re.Match[str]) -> str:
        return f"@layer {match['layer']} {{\n{self._read('css/' + match['file'])}}}"

    def _read(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())
