"""A person, an encounter, and where its parts are found."""

PARTS = ("documents", "facts", "transcript", "recordings")
PERSON = {
    "identifier": "PT-77",
    "name": "Canaria Testa",
    "gender": "female",
    "birthDate": "1980-02-29T00:00:00Z",
    "pronouns": "she/her",
}


def url_of(key, part="", query="", tenant="nordhavn"):
    return f"/{tenant}/encounters/{key}/{part}{'/' if part else ''}{query}"


def keys_of(page):
    """The encounters of a list, in order."""
    return page.all(r'<tr id="e-[0-9a-f]{8}">.*?<a class="title" href="[^"]*?/encounters/([0-9a-f-]{36})/')
