"""Faults that are switched on, and when they strike."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from corti_gateway.sandbox.catalogue import CATALOGUE, ENDPOINTS

__all__ = ["CATALOGUE", "Fault", "Faults"]

_COUNTERS = ("name", "endpoint", "times", "after", "seen")


@dataclass
class Fault:
    """A fault that is on: for ``times`` matching calls (all, if None) after the first ``after``. ValueError if odd."""

    name: str
    endpoint: str = ""
    times: int | None = None
    after: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0

    def __post_init__(self) -> None:
        kind = CATALOGUE.get(self.name)
        if kind is None:
            raise ValueError(f"no fault is called {self.name!r}")
        self.endpoint = self.endpoint or kind.endpoint
        if self.endpoint not in ENDPOINTS:
            raise ValueError(f"no endpoint is called {self.endpoint!r}")
        for option, value in self.options.items():
            if option not in kind.options:
                raise ValueError(f"fault {self.name!r} has no option {option!r}")
            if option in kind.choices and value not in kind.choices[option]:
                raise ValueError(f"{option} of fault {self.name!r} is one of {', '.join(kind.choices[option])}")
            if isinstance(kind.options[option], int) and not isinstance(value, int | float):
                raise ValueError(f"{option} of fault {self.name!r} is a number")
            if option == "rows" and value != "all" and not isinstance(value, list):
                raise ValueError(f"{option} of fault {self.name!r} is a list of positions or 'all'")
        self.options = {**kind.options, **self.options}

    def strikes(self, endpoint: str) -> bool:
        """Whether this call is one to spoil; counts it."""
        if self.endpoint not in ("any", endpoint):
            return False
        self.seen += 1
        return self.seen > self.after and (self.times is None or self.seen <= self.after + self.times)

    def as_json(self) -> dict[str, Any]:
        counters = {"endpoint": self.endpoint, "times": self.times, "after": self.after, "seen": self.seen}
        return {"name": self.name, **counters, **self.options}

    @classmethod
    def from_json(cls, content: object) -> "Fault":
        """A fault from flat JSON such as {"name": "status", "status": 503, "times": 2}; ValueError when it is none."""
        if not isinstance(content, dict) or not isinstance(content.get("name"), str):
            raise ValueError("a fault is an object with a name")
        times, after = content.get("times"), content.get("after", 0)
        if not isinstance(times, int | None) or not isinstance(after, int):
            raise ValueError("times and after are whole numbers")
        options = {key: value for key, value in content.items() if key not in _COUNTERS}
        return cls(content["name"], str(content.get("endpoint", "")), times, after, options)


class Faults:
    """The faults that are on for one tenant, or for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.active: tuple[Fault, ...] = ()

    def set(self, name: str, **options: Any) -> None:
        """Switch on this fault alone; options are the fault's own, and endpoint, times, after."""
        self.replace([Fault.from_json({"name": name, **options})])

    def add(self, name: str, **options: Any) -> None:
        """Switch on this fault beside those that are on."""
        self.replace([*self.active, Fault.from_json({"name": name, **options})])

    def clear(self) -> None:
        self.replace(())

    def replace(self, faults: Iterable[Fault]) -> None:
        self.active = tuple(faults)

    def striking(self, endpoint: str) -> list[Fault]:
        """The faults that spoil this call, each counted."""
        if not self.active:
            return []
        with self._lock:
            return [fault for fault in self.active if fault.strikes(endpoint)]
