"""The options of the sandbox on a command line; ``manage.py sandbox`` uses them too."""

import argparse
import contextlib
import signal
from collections.abc import Sequence
from dataclasses import replace

from corti_gateway.sandbox.server import serve
from corti_gateway.sandbox.tenants import DEMO_TENANTS, SandboxTenant, started_at


def tenant(text: str) -> SandboxTenant:
    """A tenant from ``slug:size[:seed]``; the demo tenants keep their labels."""
    slug, _, rest = text.partition(":")
    size, _, seed = rest.partition(":")
    known = {each.slug: each for each in DEMO_TENANTS}.get(slug)
    if not slug or not size.isdecimal() or not (seed or "1").isdecimal():
        raise argparse.ArgumentTypeError("give a tenant as slug:size or slug:size:seed")
    made = known or SandboxTenant(slug)
    return replace(made, size=int(size), seed=int(seed) if seed else made.seed)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--tenant", type=tenant, action="append", metavar="SLUG:SIZE[:SEED]", help="repeatable")
    parser.add_argument("--seed", type=int, help="of the first tenant; the next ones count on")
    parser.add_argument("--live", action="store_true", help="encounters start, change and end by themselves")
    parser.add_argument("--events-per-minute", type=float, default=12)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--now", type=started_at, metavar="TIME", help="the clock stands at this moment")
    parser.add_argument("--strict", action="store_true", help="no rows that break the published schema")


def run(options: argparse.Namespace) -> None:
    tenants: Sequence[SandboxTenant] = options.tenant or DEMO_TENANTS
    if options.seed is not None:
        tenants = [replace(each, seed=options.seed + number) for number, each in enumerate(tenants)]
    # A shell that starts us in the background has Ctrl-C ignored for us.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        serve(
            tenants,
            host=options.host,
            port=options.port,
            live=options.live,
            events_per_minute=options.events_per_minute,
            latency_ms=options.latency_ms,
            now=options.now,
            odd=not options.strict,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m corti_gateway.sandbox", description=__doc__)
    add_arguments(parser)
    run(parser.parse_args(arguments))
    return 0
