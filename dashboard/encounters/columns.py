"""The columns of the encounters table, and the words for sorting by them."""

from corti_gateway.vocabulary import Direction
from dashboard.listing.columns import Column
from dashboard.listing.questions import Order

COLUMNS = (
    Column("status", "Status", Order.STATUS, Direction.ASC),
    Column("patient", "Patient", Order.PATIENT, Direction.ASC),
    Column("person", "Sex · age"),
    Column("encounter", "Encounter"),
    Column("type", "Type", Order.TYPE, Direction.ASC),
    Column("started", "Started", Order.STARTED),
    Column("duration", "Duration", Order.DURATION),
    Column("assigned", "Assigned to", Order.ASSIGNED, Direction.ASC),
    Column("created", "Created", Order.CREATED),
    Column("updated", "Updated", Order.UPDATED),
)
# A list is never sorted by something that cannot be seen: these two appear while the list is sorted by them.
EXTRA_COLUMNS = {
    Order.ENDED: Column("ended", "Ended", Order.ENDED),
    Order.ID: Column("id", "Interaction id", Order.ID, Direction.ASC),
}

SORT_WORDS = {
    (Order.CREATED, Direction.DESC): "Newest created first",
    (Order.CREATED, Direction.ASC): "Oldest created first",
    (Order.UPDATED, Direction.DESC): "Latest change first",
    (Order.UPDATED, Direction.ASC): "Oldest change first",
    (Order.STARTED, Direction.DESC): "Latest start first",
    (Order.STARTED, Direction.ASC): "Earliest start first",
    (Order.ENDED, Direction.DESC): "Latest ended first",
    (Order.ENDED, Direction.ASC): "Earliest ended first",
    (Order.PATIENT, Direction.ASC): "Patient, A to Z",
    (Order.PATIENT, Direction.DESC): "Patient, Z to A",
    (Order.ASSIGNED, Direction.ASC): "Assigned user, A to Z",
    (Order.ASSIGNED, Direction.DESC): "Assigned user, Z to A",
    (Order.STATUS, Direction.ASC): "By status, open first",
    (Order.STATUS, Direction.DESC): "By status, open last",
    (Order.TYPE, Direction.ASC): "Type, A to Z",
    (Order.TYPE, Direction.DESC): "Type, Z to A",
    (Order.DURATION, Direction.DESC): "Longest first",
    (Order.DURATION, Direction.ASC): "Shortest first",
    (Order.ID, Direction.ASC): "Interaction id, ascending",
    (Order.ID, Direction.DESC): "Interaction id, descending",
}
