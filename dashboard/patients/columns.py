"""The columns of the patients table and the words for sorting by them; the columns of a patient's encounters."""

from corti_gateway.vocabulary import Direction
from dashboard.encounters.columns import COLUMNS as ENCOUNTERS
from dashboard.index.reading.patients import PatientOrder
from dashboard.listing.columns import Column

COLUMNS = (
    Column("patient", "Patient", PatientOrder.NAME, Direction.ASC),
    Column("sex", "Sex"),
    Column("born", "Born", PatientOrder.BORN),
    Column("encounters", "Encounters", PatientOrder.ENCOUNTERS),
    Column("open", "Open now"),
    Column("seen", "Last seen", PatientOrder.SEEN),
)
# Whose encounters they are stands above them.
STORY = tuple(column for column in ENCOUNTERS if column.key not in ("patient", "person"))

SORT_WORDS = {
    (PatientOrder.SEEN, Direction.DESC): "Seen most recently first",
    (PatientOrder.SEEN, Direction.ASC): "Seen longest ago first",
    (PatientOrder.NAME, Direction.ASC): "Name, A to Z",
    (PatientOrder.NAME, Direction.DESC): "Name, Z to A",
    (PatientOrder.BORN, Direction.DESC): "Youngest first",
    (PatientOrder.BORN, Direction.ASC): "Oldest first",
    (PatientOrder.ENCOUNTERS, Direction.DESC): "Most encounters first",
    (PatientOrder.ENCOUNTERS, Direction.ASC): "Fewest encounters first",
}
# Where those stand who have nothing to be sorted by.
REMARKS = {
    (PatientOrder.SEEN, Direction.DESC): "then those never seen",
    (PatientOrder.SEEN, Direction.ASC): "after those never seen",
    (PatientOrder.BORN, Direction.DESC): "then those without a birth date",
    (PatientOrder.BORN, Direction.ASC): "after those without a birth date",
}
