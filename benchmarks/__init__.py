"""The bars of docs/performance.md, measured: ``python -m benchmarks`` (``make bench``)."""
