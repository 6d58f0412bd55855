"""What faults do to the question that a list call asks."""

import random
from dataclasses import replace
from itertools import groupby

from corti_gateway.sandbox.faults import Fault
from corti_gateway.sandbox.questions import QuestionError
from corti_gateway.sandbox.records import Interaction
from corti_gateway.sandbox.store import SORT_VALUES, Listing, Store
from corti_gateway.vocabulary import SortField


def bend_listing(listing: Listing, index: int, faults: list[Fault]) -> Listing:
    """The listing that is really answered."""
    for fault in faults:
        options = fault.options
        if fault.name == "ignore_filter":
            both = options["filter"] == "both"
            listing = replace(
                listing,
                statuses=() if both or options["filter"] == "status" else listing.statuses,
                patient=None if both or options["filter"] == "patient" else listing.patient,
            )
        elif fault.name == "one_status" and listing.statuses:
            listing = replace(listing, statuses=(listing.statuses[0 if options["which"] == "first" else -1],))
        elif fault.name == "refuse_statuses" and len(listing.statuses) > 1:
            raise QuestionError("encounterStatus", "must be given once")
        elif fault.name == "refuse_sort" and listing.sort == options["sort"]:
            raise QuestionError("sort", "is not one of the allowed values")
        elif fault.name == "ignore_sort":
            listing = replace(listing, sort=SortField.CREATED, descending=True)
        elif fault.name == "page_cap" and listing.size > options["cap"]:
            start = listing.start if options["offsets"] == "asked" else (index - 1) * options["cap"]
            listing = replace(listing, start=start, size=options["cap"])
        elif fault.name == "extra_rows":
            listing = replace(listing, size=listing.size + options["count"])
        elif fault.name == "duplicates" and listing.size > 1:
            # Each page is one row shorter, so the row that comes twice costs no other row.
            short = options["where"] == "page"
            listing = replace(listing, start=(index - 1) * (listing.size - 1), size=listing.size - short)
    return listing


def shuffled(store: Store, listing: Listing, faults: list[Fault]) -> list[Interaction] | None:
    """The page in an order made up anew, when a fault asks for one. Walks the whole list: for small tenants."""
    for fault in faults:
        if fault.name == "shuffle" and fault.options["sort"] in (listing.sort, "ties"):
            rows = store.page(replace(listing, start=0, size=len(store)))
            value = SORT_VALUES[listing.sort]
            groups = [list(group) for _, group in groupby(rows, value)] if fault.options["sort"] == "ties" else [rows]
            for group in groups:
                random.shuffle(group)
            rows = [row for group in groups for row in group]
            return rows[listing.start : listing.start + listing.size]
    return None
