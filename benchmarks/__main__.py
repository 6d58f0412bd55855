"""``python -m benchmarks [bar …]``: measure, print one table, exit with 1 when a bar is missed."""

import argparse
import datetime
import json
import os
import platform
import signal
import sys
from pathlib import Path
from types import FrameType

from benchmarks.bars import BARS
from benchmarks.figures import Figure, NotMeasured, table
from benchmarks.lab import Lab


def main() -> int:
    options = _options()
    chosen = [number for number in BARS if not options.bars or number in options.bars]
    tenants = {tenant for number in chosen for tenant in BARS[number].tenants}
    signal.signal(signal.SIGTERM, _interrupt)
    figures: list[Figure] = []
    skipped: list[str] = []
    with Lab(tenants, quick=options.quick) as lab:
        for number in chosen:
            print(f"bar {number} …", file=sys.stderr, flush=True)
            for measure in BARS[number].measures:
                try:
                    figures += measure(lab)
                except NotMeasured as reason:
                    skipped.append(f"bar {number}: skipped, {reason}")
    print(table(figures))
    print(*skipped, sep="\n", end="\n" if skipped else "")
    if options.json:
        Path(options.json).write_text(_document(figures, skipped, quick=options.quick))
    missed = any(not figure.holds for figure in figures) or (bool(skipped) and bool(os.environ.get("CI")))
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the bars of docs/performance.md")
    parser.add_argument("bars", nargs="*", type=_bar, metavar="bar", help="all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: a look, not a verdict")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    return parser.parse_args()


def _bar(text: str) -> int:
    if text.isdecimal() and int(text) in BARS:
        return int(text)
    raise argparse.ArgumentTypeError(f"the bars are {', '.join(map(str, BARS))}")


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """As Ctrl-C: everything that was started is ended first."""
    raise KeyboardInterrupt


def _document(figures: list[Figure], skipped: list[str], *, quick: bool) -> str:
    content = {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "quick": quick,
        "figures": [figure.as_json() for figure in figures],
        "skipped": skipped,
    }
    return json.dumps(content, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
