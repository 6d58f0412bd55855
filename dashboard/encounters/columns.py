"""The columns of the encounters table, and the words for sorting by them."""

from corti_gateway.vocabulary import Direction, SortField
from dashboard.listing.columns import Column

COLUMNS = (
    Column("status", "Status"),
    Column("patient", "Patient", SortField.PATIENT, Direction.ASC),
    Column("person", "Sex · age"),
    Column("encounter", "Encounter"),
    Column("type", "Type"),
    Column("started", "Started"),
    Column("duration", "Duration"),
    Column("assigned", "Assigned to", SortField.ASSIGNED_USER, Direction.ASC),
    Column("created", "Created", SortField.CREATED),
    Column("updated", "Updated", SortField.UPDATED),
)
# A list is never sorted by something that cannot be seen: these two appear while the list is sorted by them.
EXTRA_COLUMNS = {
    SortField.ENDED: Column("ended", "Ended", SortField.ENDED),
    SortField.ID: Column("id", "Interaction id", SortField.ID, Direction.ASC),
}

SORT_WORDS = {
    (SortField.CREATED, Direction.DESC): "Newest created first",
    (SortField.CREATED, Direction.ASC): "Oldest created first",
    (SortField.UPDATED, Direction.DESC): "Latest change first",
    (SortField.UPDATED, Direction.ASC): "Oldest change first",
    (SortField.ENDED, Direction.DESC): "Latest ended first",
    (SortField.ENDED, Direction.ASC): "Earliest ended first",
    (SortField.PATIENT, Direction.ASC): "Patient, A to Z",
    (SortField.PATIENT, Direction.DESC): "Patient, Z to A",
    (SortField.ASSIGNED_USER, Direction.ASC): "Assigned user, A to Z",
    (SortField.ASSIGNED_USER, Direction.DESC): "Assigned user, Z to A",
    (SortField.ID, Direction.ASC): "Interaction id, ascending",
    (SortField.ID, Direction.DESC): "Interaction id, descending",
}
