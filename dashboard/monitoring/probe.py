"""``python -m dashboard.monitoring.probe``: asks /readyz of the web server beside it, for an image without curl."""

import os
import sys
from http.client import HTTPConnection


def main() -> int:
    """0 if it is ready; else 1, with what it said."""
    port = int(os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2])
    host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0]
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        sys.stdout.write(f"{answer.status} {answer.read(1_000).decode()}\n")
    except OSError as error:
        sys.stdout.write(f"{type(error).__name__}\n")
        return 1
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
