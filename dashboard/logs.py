"""How a log line looks."""

import logging

# Everything that a terminal, an editor or a log shipper could take for the end of a line (SR-31).
_UNSAFE = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85)} | {0x2028: "\\u2028", 0x2029: "\\u2029"}


class OneLine(logging.Formatter):
    """One record, one line: time, level, logger, message; control characters are escaped."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).translate(_UNSAFE)
