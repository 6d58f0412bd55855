"""What a member of a tenant may do there. A membership has any of the roles, each by itself."""

from enum import StrEnum


class Role(StrEnum):
    """The values are the names of the membership's fields."""

    CLINICIAN = "clinician"
    EXPORTER = "exporter"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def may(self) -> str:
        """What it allows, in words."""
        return _MAY[self]


_MAY = {
    Role.CLINICIAN: "reads encounters and patients",
    Role.EXPORTER: "may export the lists that a clinician reads",
    Role.AUDITOR: "reads the access log",
    Role.ADMIN: "keeps members, clinicians’ names and the index",
}
