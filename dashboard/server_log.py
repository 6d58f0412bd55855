"""gunicorn's own messages in the dashboard's format, without what clients sent."""

import logging
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from dashboard.logs import JsonLine, OneLine

INVALID = "Invalid request from ip="


def server_log(style: str) -> type[Logger]:
    """The logger class for ``gunicorn.conf.py``, writing in one of the dashboard's formats."""
    formatter: logging.Formatter = JsonLine() if style == "json" else OneLine()

    class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
        def setup(self, cfg: Config) -> None:
            super().setup(cfg)
            for handler in self.error_log.handlers:
                handler.setFormatter(formatter)

        def warning(self, msg: object, *args: object, **options: Any) -> None:
            if str(msg).startswith(INVALID):
                # Quotes the line or header that could not be read.
                msg, args = "A request that could not be read was refused", ()
            super().warning(msg, *args, **options)

        def debug(self, msg: object, *args: object, **options: Any) -> None:
            if str(msg) == "%s %s":
                # Method and path.
                msg, args = "A request came", ()
            super().debug(msg, *args, **options)

        def exception(self, msg: object, *args: object, **options: Any) -> None:
            # "Error handling request %s %s": the address.
            super().exception(str(msg).partition(" %s")[0], **options)

    return ServerLog
