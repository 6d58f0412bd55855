"""Where a request for an opened encounter is: who asks, for which one, within which list, and what every page shows."""

from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.crypto import salted_hmac

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, NotFound
from corti_gateway.vocabulary import EncounterStatus
from dashboard.accounts.viewer import Viewer
from dashboard.audit import note
from dashboard.clinicians import directory
from dashboard.encounters.one.addresses import BACK, Addresses
from dashboard.encounters.one.parts import Asked, PartKind
from dashboard.encounters.one.presenters import Event, Person
from dashboard.encounters.state import EncounterListState
from dashboard.fragments import is_fragment
from dashboard.listing import discretion
from dashboard.listing.controls import LAST_PAGE, PATIENT
from dashboard.listing.discretion import Shown
from dashboard.listing.failures import Failure
from dashboard.listing.formatting import exact
from dashboard.listing.parameters import Parameters
from dashboard.listing.sealed import seal
from dashboard.listing.stamp import Stamp
from dashboard.sources import one as source
from dashboard.sources import plan
from dashboard.tenants.access import TenantRequest


@dataclass(frozen=True)
class Place:
    """An encounter within a list, and how to get from there to everything else."""

    request: TenantRequest
    key: str
    state: EncounterListState
    viewer: Viewer
    back: int = 0

    @classmethod
    def of(cls, request: TenantRequest, key: UUID) -> "Place":
        state = EncounterListState.read(request.GET, request.tenant.slug)
        if state.unreadable:
            # The encounter is meant all the same; only its list is not known any more.
            state = EncounterListState(request.tenant.slug)
        # Only a patient has a page to go back to.
        back = (
            Parameters(request.GET).whole(BACK, most=LAST_PAGE, meaning="a page number")
            if state.patient and BACK in request.GET
            else 0
        )
        return cls(request, str(key), state, Viewer.of(request), back)

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.state, self.key, self.back)

    @property
    def in_place(self) -> bool:
        """Whether HTMX asks, for a piece of the page that it has."""
        return is_fragment(self.request)

    @property
    def asked(self) -> Asked:
        chosen = {name: self.request.GET.get(name, "") for name in ("transcript", "fact", "quote")}
        return Asked(self.request.tenant.gateway, self.addresses, self.viewer, chosen)

    def known(self, deadline: Deadline | None = None) -> source.Known:
        """The encounter; raises ``Http404`` where Corti does not have it, ``GatewayError`` where nobody can tell."""
        try:
            return source.interaction(self.request.tenant, plan.index_of(self.request.tenant), self.key, deadline)
        except NotFound:
            raise Http404 from None

    def ask(
        self, *kinds: PartKind, deadline: Deadline | None = None
    ) -> tuple[source.Known | GatewayError, list[list[Any]]]:
        """Whose encounter it is, or why nobody can tell; and for each part what its calls were answered with."""
        calls = [kind.calls(self.asked) for kind in kinds]
        known, flat = self.ask_for(*chain.from_iterable(calls), deadline=deadline)
        answers = iter(flat)
        return known, [list(islice(answers, len(some))) for some in calls]

    def ask_for(
        self, *calls: source.Call, deadline: Deadline | None = None
    ) -> tuple[source.Known | GatewayError, list[Any]]:
        """As :meth:`ask`, for calls that are no part of a page."""
        tenant = self.request.tenant
        try:
            return source.ask(tenant, plan.index_of(tenant), self.key, *calls, deadline=deadline)
        except NotFound:
            raise Http404 from None
        except GatewayError as error:
            return error, []

    def shows(self, known: source.Known) -> Shown:
        """Note who is shown, and say how; raises ``Http404`` for what these eyes must not see."""
        interaction = known.interaction
        if self.request.hides_deleted and interaction.encounter.status is EncounterStatus.DELETED:
            raise Http404
        note(self.request, rows=[interaction])
        return discretion.of(interaction.patient, self.viewer)

    def frame(self) -> dict[str, Any]:
        """What every template gets."""
        return {
            "title": f"Encounter · {self.request.tenant.label}",
            "addresses": self.addresses,
            "viewer": self.viewer,
            "state": self.state,
            "fragment": self.in_place,
        }

    def head(self, known: source.Known) -> dict[str, Any]:
        """Who and what, for the head of a page, and as of when: where the index says it, that stands there."""
        interaction, failure = known.interaction, known.failure
        tenant, patient = self.request.tenant, interaction.patient
        identifier = patient.identifier if patient else None
        names = directory.known(tenant.slug, self.request.user).names
        return {
            "person": Person.of(patient, self.viewer),
            "event": Event.of(interaction, self.viewer, names),
            # The same for one patient, whatever is shown of them.
            "patient_mark": salted_hmac(tenant.slug, identifier).hexdigest()[:16] if identifier else "",
            "patient_seal": seal(tenant.slug, PATIENT, identifier) if identifier else "",
            "read": exact(self.viewer.now if failure else known.as_of, self.viewer),
            "outage": Failure.of(failure).title if failure else "",
            "as_of": exact(known.as_of, self.viewer),
            "stamp": Stamp.of(known.as_of, self.viewer),
        }
