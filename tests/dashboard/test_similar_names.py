"""Same-name alert."""

import pytest

from dashboard.listing.similar_names import alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Olivia Rahman", "Olivia Rahman"),
        ("Olivia Rahman", "olivia rahmann"),
        ("Olivia Rahman", "Rahman, Olivia"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Søren Ærø", "Soren Aero"),
        ("Siobhán O'Brien", "Siobhan OBrien"),
        ("Mateo Jensen", "Mateo Jansen"),
        ("Łukasz Nowak", "Lukasz Nowak"),
    ],
)
def test_the_same_and_nearly_the_same_name_are_seen(one, other):
    first, second = ("PT-1", one), ("PT-2", other)
    assert alike([first, second]) == {first: [second], second: [first]}


@pytest.mark.parametrize(
    "patients",
    [
        [("PT-1", "Olivia Rahman"), ("PT-1", "Olivia Rahman")],  # the same patient twice
        [("PT-1", "Olivia Rahman"), ("PT-2", "Oliver Rahmi")],
        [("PT-1", "Bo Li"), ("PT-2", "Bo Le")],  # too short for a letter to be a slip
        [("PT-1", "Olivia Rahman")],
        [],
    ],
)
def test_other_names_and_the_same_patient_are_not(patients):
    assert alike(patients) == {}


def test_three_of_a_kind_name_each_other():
    three = [("PT-1", "Ida Jensen"), ("PT-2", "Ida Jensen"), ("PT-3", "Ída Jensen")]
    assert alike(three) == {patient: sorted(set(three) - {patient}) for patient in three}
