"""A structure of JSON as lines that a person can read."""

from corti_gateway.values import rendered

# Deeper than anything that a person writes down; also keeps a hostile answer from exhausting the stack.
DEEPEST = 12
INDENT = "  "


def plain_text(value: object) -> str:
    """Objects as ``key: value`` and lists as ``- item``, a line each, what is within them indented; null is nothing.

    What is nested deeper than :data:`DEEPEST` becomes an ellipsis.
    """
    return "\n".join(_lines(value, DEEPEST))


def _lines(value: object, depth: int) -> list[str]:
    if isinstance(value, dict | list) and depth == 0:
        return ["…"]
    if isinstance(value, dict):
        return [line for key, inner in value.items() for line in _entry(rendered(str(key)), inner, depth - 1)]
    if isinstance(value, list):
        return [line for inner in value for line in _item(inner, depth - 1)]
    if isinstance(value, bool):
        # As JSON spells it, in whatever language the document is.
        return ["true" if value else "false"]
    return [] if value is None else rendered(str(value)).splitlines()


def _entry(key: str, inner: object, depth: int) -> list[str]:
    lines = _lines(inner, depth)
    if isinstance(inner, dict | list) or len(lines) > 1:
        return [f"{key}:", *(INDENT + line for line in lines)]
    return [f"{key}: {lines[0]}"] if lines else [f"{key}:"]


def _item(inner: object, depth: int) -> list[str]:
    lines = _lines(inner, depth)
    return [f"- {lines[0]}", *(INDENT + line for line in lines[1:])] if lines else ["-"]
