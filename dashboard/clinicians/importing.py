"""Taking over a CSV file of clinicians, all of it or nothing."""

from dataclasses import dataclass

from django.db import transaction

from dashboard.clinicians import csv_file
from dashboard.clinicians.csv_file import Line, Problem, Refused
from dashboard.clinicians.members import members
from dashboard.clinicians.models import Clinician
from dashboard.tenants.registry import Tenant


@dataclass(frozen=True)
class Outcome:
    """How many clinicians a file added, changed, and found to be right already."""

    added: int
    changed: int
    unchanged: int


def take_over(tenant: Tenant, text: str) -> Outcome:
    """Save every line of the file. :class:`Refused` names everything that is wrong, and then nothing is saved."""
    problems: list[Problem] = []
    lines = list(csv_file.read(text, problems))
    users = dict(members(tenant.slug).values_list("username", "pk"))
    # The same words whether there is such a user elsewhere or not: who uses other tenants is not told here.
    problems += [
        Problem(line.number, f"no member of {tenant.label} has the username “{line.username[:40]}”.")
        for line in lines
        if line.username and line.username not in users
    ]
    if not (lines or problems):
        problems = [Problem(0, "There is no line below the header.")]
    if problems:
        raise Refused(sorted(problems, key=lambda problem: problem.line))
    return _save(tenant.slug, lines, users)


@transaction.atomic
def _save(tenant: str, lines: list[Line], users: dict[str, int]) -> Outcome:
    clinicians = Clinician.objects.filter(tenant=tenant).order_by()
    before = {key: (name, user) for key, name, user in clinicians.values_list("assigned_user_id", "name", "user_id")}
    rows = []
    for line in lines:
        tied = before.get(line.assigned_user_id, ("", None))[1]
        user = tied if line.username is None else users.get(line.username)
        if before.get(line.assigned_user_id) != (line.name, user):
            row = Clinician(tenant=tenant, assigned_user_id=line.assigned_user_id, name=line.name, user_id=user)
            rows.append(row)
    Clinician.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["tenant", "assigned_user_id"],
        update_fields=["name", "user"],
    )
    changed = sum(row.assigned_user_id in before for row in rows)
    return Outcome(len(rows) - changed, changed, len(lines) - len(rows))
