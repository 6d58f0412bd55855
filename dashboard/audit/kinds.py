"""What entries are about, by the name of the page; a page that is not here is an entry of its own name."""

# What says nothing of anybody, or is logged where it happens (signing_in.py).
SILENT = frozenset((
    "healthz", "readyz", "metrics", "accounts:theme", "accounts:stay", "accounts:sign-in", "accounts:sign-out",
    "accounts:signed-out", "admin:logout",
))  # fmt: skip
# What only leads to the page that it asks for, which has its own entry.
LEADS_ON = frozenset((
    "encounters:list", "patients:list", "audit:list", "encounters:next", "encounters:previous",
))  # fmt: skip
# What travels by POST only to stay out of addresses.
READ_BY_POST = LEADS_ON | {"patients:suggest"}
# A page of these that HTMX asks for again and again while it is open.
POLLED = frozenset(("index:status",))
# What an open encounter asks for again by itself, every half minute.
KEPT_FRESH = frozenset((
    "encounters:one", "encounters:documents", "encounters:facts", "encounters:transcript", "encounters:recordings",
))  # fmt: skip
# Whoever is led to one of these first has neither seen nor done what was asked for.
FIRST = (
    "accounts:sign-in", "admin:login", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
)  # fmt: skip

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
    "second-step": "Second step of a sign-in",
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
    "access-log-signed": "Access log, signed anew",
    "access-log-purged": "Access log, purged",
    "admin": "Admin site",
    "other": "Other",
}


def kind_of(route: str) -> str:
    """The kind of a page: its own, or that of its application."""
    application = route.partition(":")[0]
    return KINDS.get(route) or (application if application in LABELS else "other")
