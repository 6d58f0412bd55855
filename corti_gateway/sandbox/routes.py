"""Which endpoint an address is, by the name that faults and statistics know it by."""

from typing import NamedTuple

from corti_gateway.sandbox.messages import Request

# Collections end in a slash, single items do not.
_OF_INTERACTION = {
    ("recordings", ""): "recordings",
    ("recordings", "*"): "recording",
    ("transcripts", ""): "transcripts",
    ("transcripts", "*"): "transcript",
    ("transcripts", "*", "status"): "transcript_status",
    ("facts", ""): "facts",
    ("documents", ""): "documents",
    ("documents", "*"): "document",
}
# Addresses below documents/ that are no document: the sandbox has no templates.
_NO_DOCUMENT = ("templates", "sections")


class Route(NamedTuple):
    """An endpoint with the ids in its path; ``to`` is the address with the slash that is missing."""

    endpoint: str
    ids: tuple[str, ...] = ()
    to: str = ""


def route_of(request: Request) -> Route:
    """The route of a path below /v2/; "other" where there is none."""
    if not request.path.startswith("/v2/"):
        return Route("other")
    match request.path.removeprefix("/v2/").split("/"):
        case ["interactions", ""]:
            return Route("create" if request.method == "POST" else "list")
        case ["interactions", interaction_id] if interaction_id:
            return Route("item", (interaction_id,))
        case ["interactions", interaction_id, *rest]:
            return _inside(request, interaction_id, rest)
        case ["factgroups", ""]:
            return Route("factgroups")
        case ["documents", ""]:
            return Route("guided")
        case ["documents", document_id] if document_id not in _NO_DOCUMENT:
            return Route("guided_document", (document_id,))
        case ["interactions" | "factgroups" | "documents"]:
            return Route("other", to=f"{request.path}/")
    return Route("other")


def _inside(request: Request, interaction_id: str, rest: list[str]) -> Route:
    if (*rest, "") in _OF_INTERACTION and len(rest) == 1:
        return Route("other", to=f"{request.path}/")
    shape = tuple("*" if place == 1 and part else part for place, part in enumerate(rest))
    endpoint = _OF_INTERACTION.get(shape)
    return Route(endpoint, (interaction_id, *filter(None, rest[1:2]))) if endpoint else Route("other")
