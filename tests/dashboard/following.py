"""An index that is filled and kept up in this process, step by step: a follower without threads, rests and clocks."""

from corti_gateway.gateway import CortiGateway
from corti_gateway.queries import InteractionQuery
from dashboard.index.lease import acquire
from dashboard.index.models import Stage, TenantIndex
from dashboard.index.moments import SECOND, now
from dashboard.index.state import IndexState, state_of
from dashboard.index.sync import hunting, passes
from dashboard.index.sync.keeping import Keeper
from dashboard.index.sync.passes import Outcome, Pass
from dashboard.index.sync.walking import Ask, Slots
from dashboard.tenants.registry import registry


def ask(gateway: CortiGateway, one: Ask) -> Slots:
    query = InteractionQuery(sort=one.sort, direction=one.direction, page=one.page, page_size=one.size)
    return gateway.list_interactions(query).slots()[: one.size]


def drive(gateway: CortiGateway, steps: Pass, *, most: int | None = None) -> Outcome | None:
    """Run a pass, to its end or for at most so many answers."""
    answer: Slots | None = None
    asked = 0
    try:
        while True:
            one = steps.send(answer)  # type: ignore[arg-type]
            if asked == most:
                steps.close()
                return None
            answer = ask(gateway, one)
            asked += 1
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


class Following:
    """The indexes of the sandbox's tenants."""

    def __init__(self) -> None:
        self._keepers: dict[str, Keeper] = {}

    def keeper(self, slug: str = "nordhavn") -> Keeper:
        if slug not in self._keepers:
            lease = acquire(slug, "the test")
            assert lease is not None
            self._keepers[slug] = Keeper(lease)
        return self._keepers[slug]

    def state(self, slug: str = "nordhavn") -> IndexState:
        state = state_of(slug)
        assert state is not None
        return state

    def fill(self, slug: str = "nordhavn") -> None:
        keeper, tenant = self.keeper(slug), registry()[slug]
        drive(tenant.gateway, passes.fill(keeper, tenant.config.page_size_max))
        self.once(slug)

    def begin(self, rows: int, expected: int, slug: str = "nordhavn") -> None:
        """Fill the index with the newest rows and leave it at that."""
        keeper = self.keeper(slug)
        # The first question is for the latest change.
        drive(registry()[slug].gateway, passes.fill(keeper, rows), most=2)
        self.note(slug, expected=expected)
        assert (keeper.state().stage, keeper.rows()) == (Stage.FILLING, rows)

    def once(self, slug: str = "nordhavn") -> None:
        """What a follower does every few seconds: bring in what has changed, and find what is gone."""
        keeper, tenant = self.keeper(slug), registry()[slug]
        keeper.lease.renew()
        drive(tenant.gateway, passes.catch_up(keeper, tenant.config.page_size_max))
        drive(tenant.gateway, hunting.hunt(keeper, tenant.config.page_size_max))

    def note(self, slug: str = "nordhavn", **fields: object) -> None:
        TenantIndex.objects.filter(slug=slug).update(**fields)

    def age(self, seconds: float, slug: str = "nordhavn") -> None:
        """As if the last pass had been so long ago."""
        self.note(slug, as_of=now() - int(seconds * SECOND))

    def forget(self, slug: str = "nordhavn") -> None:
        """As if nobody had begun yet."""
        self.note(slug, stage=Stage.EMPTY, rows=0, as_of=0)
