"""A tenant's index in a database of its own."""

import pytest

from tests.index.fake_list import FakeList
from tests.index.support import new_keeper


@pytest.fixture
def upstream():
    return FakeList()


@pytest.fixture
def keeper(db, upstream):
    return new_keeper("north", upstream)
