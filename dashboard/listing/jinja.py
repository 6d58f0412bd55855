"""What is repeated hundreds of times on a page, rendered by Jinja2 (decisions/0007-rows-in-jinja.md)."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def trusted(markup: str) -> SafeString:
    """Markup of our own, in which nothing comes from outside but numbers."""
    return SafeString(markup)


def rendered(template: str, context: Mapping[str, Any]) -> SafeString:
    """Markup for a Django template to show as it is: the engine, which escapes every value, has made it."""
    return SafeString(render_to_string(template, dict(context), using="jinja2"))
