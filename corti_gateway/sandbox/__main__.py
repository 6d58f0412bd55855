"""``python -m corti_gateway.sandbox``: the sandbox in a process of its own."""

import sys

from corti_gateway.sandbox.command import main

sys.exit(main())
