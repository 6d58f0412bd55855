"""How much memory a process holds."""

from pathlib import Path


def proportional_set_size(pid: int) -> float:
    """Megabytes: own pages whole, shared pages by share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "Pss":
            return int(rest.split()[0]) * 1024 / 1_000_000
    raise ValueError("the kernel does not tell the proportional set size")
