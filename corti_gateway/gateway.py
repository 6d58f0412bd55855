"""The Corti API of one tenant: one short method an endpoint."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from corti_gateway.calllog import Call
from corti_gateway.capabilities import Capabilities
from corti_gateway.config import TenantConfig
from corti_gateway.contents_gateway import ContentsGateway
from corti_gateway.deadline import Deadline
from corti_gateway.empties import NullRule
from corti_gateway.errors import TimedOut, UnreadableAnswer
from corti_gateway.ids import is_the_one
from corti_gateway.memory import Memory
from corti_gateway.models import Interaction, InteractionPage
from corti_gateway.parallel import finish
from corti_gateway.parsing import parse_interaction, parse_interactions
from corti_gateway.probing import probe
from corti_gateway.queries import InteractionQuery
from corti_gateway.sizes import PageSizes
from corti_gateway.verdicts import Verdicts

# No tenant has that many interactions, and it is far inside int64.
FAR_PAGE = 1_000_000_007


class CortiGateway(ContentsGateway):
    """Reads one tenant. Safe for any number of threads; one object per tenant and process.

    Every method raises :class:`~corti_gateway.errors.GatewayError` and ends by its deadline (``config.deadline``
    seconds where none is given). ``trace`` and ``observe`` are those of
    :class:`~corti_gateway.transport.Transport`.
    """

    def __init__(
        self, config: TenantConfig, trace: Callable[[], str] = str, observe: Callable[[Call], object] = bool
    ) -> None:
        super().__init__(config, trace, observe)
        self.null_rule = NullRule()
        self.sizes = PageSizes()
        self.memory = Memory()
        self.verdicts = Verdicts(config.slug, partial(probe, self))

    def list_interactions(self, query: InteractionQuery, *, deadline: Deadline | None = None) -> InteractionPage:
        """One page of ``GET /interactions/``, exactly as the API answers it; nothing is checked or corrected."""
        deadline = deadline or self.deadline()
        as_of = datetime.now(UTC)
        rows = self._rows(query, deadline)
        if rows is None:
            self._null_as_empty(deadline)
            rows = []
        elif not rows:
            self.null_rule.lists_are_empty = True
        interactions, gaps = parse_interactions(rows)
        return InteractionPage(interactions, len(gaps), as_of, gaps)

    def get_interaction(self, interaction_id: str, *, deadline: Deadline | None = None) -> Interaction:
        """One interaction by its id; :class:`UnreadableAnswer` if the answer has another id."""
        operation = "get interaction"
        key = self._id(interaction_id, operation)
        return self._get(operation, f"interactions/{key}", partial(_read_interaction, key), deadline)

    @property
    def capabilities(self) -> Capabilities | None:
        """What this tenant's API was found to honour, or None while nobody has found out."""
        return self.verdicts.current

    def prove(self, wait: bool, deadline: Deadline | None = None) -> None:
        """Find out what the API honours, if that is due; one thread at a time, and without an error if it fails.

        ``wait=True`` returns when it is known, or after half of the time that the deadline leaves: the other half is
        for the page itself. ``wait=False`` returns at once.
        """
        self.verdicts.prove(wait=wait, deadline=deadline)

    def close(self) -> None:
        """Close the connections; the gateway opens new ones if it is used again."""
        finish(self.config.slug)
        self.transport.close()

    def _null_as_empty(self, deadline: Deadline) -> None:
        """Return if null is proven to be this API's empty list; :class:`UnreadableAnswer` otherwise."""
        try:
            self.null_rule.check(
                lambda: self._rows(InteractionQuery(page=FAR_PAGE, page_size=1), deadline) is None,
                lambda: bool(parse_interactions(self._rows(InteractionQuery(page_size=1), deadline) or ())[0]),
                deadline,
            )
        except (UnreadableAnswer, TimedOut) as error:
            error.tenant, error.operation = self.config.slug, error.operation or "list interactions"
            raise

    def _rows(self, query: InteractionQuery, deadline: Deadline) -> list[Any] | None:
        """The list of an answer as it came, None for null."""
        masked = (query.patient,) if query.patient else ()
        return self.transport.get(
            "list interactions", "interactions/", query.wire(), read=_read_rows, deadline=deadline, masked=masked
        )


def _read_interaction(key: str, body: Any) -> Interaction:
    interaction = parse_interaction(body)
    if interaction is None:
        raise UnreadableAnswer("not an interaction", status=200)
    if not is_the_one(interaction.id, key):
        # Another patient's, perhaps.
        raise UnreadableAnswer("another interaction than the one asked for", status=200)
    return interaction


def _read_rows(body: Any) -> list[Any] | None:
    if not isinstance(body, dict) or "interactions" not in body:
        raise UnreadableAnswer("no list of interactions in the answer", status=200)
    rows = body["interactions"]
    if rows is not None and not isinstance(rows, list):
        raise UnreadableAnswer("interactions is not a list", status=200)
    return rows
