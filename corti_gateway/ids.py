"""Ids as the API's paths take them."""

from uuid import UUID


def canonical(text: str) -> str | None:
    """A UUID in its one spelling, or None for what is none: only that may go into a path (facts, quirk 12)."""
    try:
        return str(UUID(text))
    except (ValueError, AttributeError, TypeError):
        return None


def is_the_one(told: str, asked: str) -> bool:
    """Whether the id that an answer ``told`` is the canonical id that was ``asked`` for, in whatever spelling."""
    return canonical(told) == asked
