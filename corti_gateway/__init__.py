"""The Corti API as typed Python. Knows no Django."""

__version__ = "0.1.0"
