"""``manage.py sandbox``: the stand-in of the Corti API on its own."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand

from corti_gateway.sandbox import command


class Command(BaseCommand):
    help = "Serve the sandbox: a faithful stand-in of the Corti API with synthetic people."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        command.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        command.run(Namespace(**options))
