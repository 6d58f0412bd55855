"""The access log: who looked at what, written before the answer leaves, and never changed afterwards.

Views say what they show with :func:`note`; the middleware writes an entry a request.
"""

from dashboard.audit.noting import note

__all__ = ["note"]
