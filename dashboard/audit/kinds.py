"""What entries are about, by the name of the page; a page that is not here is an entry of its own name."""

KINDS = {
    "patients:suggest": "search",
    "patients:one": "patient",
    "encounters:export": "export",
    "patients:export": "export",
    "encounters:one": "encounter",
    "encounters:next": "encounter",
    "encounters:previous": "encounter",
    "encounters:documents": "documents",
    "encounters:facts": "facts",
    "encounters:transcript": "transcript",
    "encounters:recordings": "recordings",
    "encounters:recording": "sound",
    "encounters:headline": "headline",
    "encounters:print": "print",
    "accounts:sharing-on": "sharing-on",
    "accounts:sharing-off": "sharing-off",
    "audit:list": "access-log",
    "audit:export": "access-log-export",
}
LABELS = {
    "encounters": "Encounters",
    "patients": "Patients",
    "search": "Search",
    "patient": "One patient",
    "encounter": "One encounter",
    "documents": "Documents",
    "facts": "Facts",
    "transcript": "Transcript",
    "recordings": "Recordings",
    "sound": "Sound of a recording",
    "headline": "Headline of an encounter",
    "print": "Print",
    "export": "Export",
    "sign-in": "Sign-in",
    "sign-out": "Sign-out",
    "members": "Members",
    "clinicians": "Clinicians",
    "index": "Index",
    "accounts": "Own account",
    "sharing-on": "Screen sharing, on",
    "sharing-off": "Screen sharing, off",
    "tenants": "Choice of tenant",
    "access-log": "Access log",
    "access-log-export": "Access log, export",
    "access-log-purged": "Access log, purged",
    "admin": "Admin site",
    "other": "Other",
}


def kind_of(route: str) -> str:
    """The kind of a page: its own, or that of its application."""
    application = route.partition(":")[0]
    return KINDS.get(route) or (application if application in LABELS else "other")
