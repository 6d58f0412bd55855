"""What counts as proof of a capability."""

from typing import Any

import pytest
from gateway_fakes import FakeSource, a_row, with_status

from corti_gateway.capabilities import SortKey, Verdict
from corti_gateway.deadline import Deadline
from corti_gateway.probing import probe
from corti_gateway.verdicts import Verdicts
from corti_gateway.vocabulary import EncounterStatus, SortField

STATUSES = (EncounterStatus.COMPLETED, EncounterStatus.PLANNED)
ROWS = [with_status(a_row(number), STATUSES[number % 2]) for number in range(60)]


class OneOrder(FakeSource):
    """Honours two statuses only when they come in one order."""

    def matching(self, query: Any) -> list[Any]:
        self.honours = query.statuses != STATUSES[::-1]
        return super().matching(query)


def test_a_pair_that_is_honoured_in_one_order_only_is_not_honoured() -> None:
    assert probe(FakeSource(ROWS)).several_statuses is Verdict.YES
    turned = [with_status(row, STATUSES[1 - number % 2]) for number, row in enumerate(ROWS)]
    for rows in (ROWS, turned, ROWS[1:], turned[1:]):
        assert probe(OneOrder(rows)).several_statuses is Verdict.NO


class ByPatient(FakeSource):
    """Sorts by patient, with patientless rows at the end or wherever they happen to be."""

    scattered = False

    def matching(self, query: Any) -> list[Any]:
        rows = super().matching(query)
        if query.sort is not SortField.PATIENT:
            return rows
        named = [row for row in rows if row["patient"]]
        nameless = [row for row in rows if not row["patient"]]
        named.sort(key=lambda row: row["patient"]["identifier"], reverse=query.direction == "desc")
        if not self.scattered:
            return named + nameless
        for place, row in enumerate(nameless):
            named.insert(place * 5 + 2, row)
        return named


@pytest.mark.parametrize("scattered", [False, True])
def test_scattered_rows_without_a_key_mean_that_something_else_is_sorted_by(scattered: bool) -> None:
    rows = [a_row(number, patient={"identifier": f"PT-{number:03}"} if number % 6 else None) for number in range(60)]
    source = ByPatient(rows)
    source.scattered = scattered
    found = probe(source)
    expected = (Verdict.NO, None) if scattered else (Verdict.YES, SortKey.IDENTIFIER)
    assert (found.sort_by_patient, found.patient_key) == expected


@pytest.mark.parametrize(("left", "given"), [(8.0, 4.0), (100.0, 30.0)])
def test_waiting_for_proof_takes_half_of_the_time_at_most(left: float, given: float) -> None:
    asked: list[float] = []

    def proving(deadline: Deadline) -> Any:
        asked.append(deadline.remaining())
        return probe(FakeSource(ROWS))

    Verdicts("nordhavn", proving).prove(wait=True, deadline=Deadline.after(left))
    assert asked == [pytest.approx(given, abs=0.5)]
