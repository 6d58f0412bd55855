"""The gist of an encounter for its patient's page: the main facts and the names of the documents."""

from collections.abc import Sequence
from typing import Any

from corti_gateway.contents import Document, Fact, Listed
from corti_gateway.errors import GatewayError
from dashboard.encounters.one.documents import name_of
from dashboard.encounters.one.facts import by_weight, is_unclear
from dashboard.listing.discretion import Shown

# So many facts stand for an encounter in a patient's story.
MAIN_FACTS = 3


def gist(
    facts: Listed[Fact] | GatewayError, documents: Sequence[Listed[Document] | GatewayError], shown: Shown
) -> dict[str, Any]:
    """What the template gets; ``incomplete`` where something may be there that is not shown, or not meant."""
    found = () if isinstance(facts, GatewayError) else facts.items
    written = [one for listed in documents if not isinstance(listed, GatewayError) for one in listed.items]
    main = by_weight(found)
    return {
        "facts": [shown.text(fact.text or "") for fact in main[:MAIN_FACTS]],
        "more": max(0, len(main) - MAIN_FACTS),
        "discarded": any(fact.discarded for fact in found),
        "documents": [name_of(one, shown) for one in written],
        "incomplete": any(map(_lacks_some, (facts, *documents))) or any(map(is_unclear, found)),
    }


def _lacks_some(listed: Listed[Any] | GatewayError) -> bool:
    return isinstance(listed, GatewayError) or bool(listed.unreadable)
