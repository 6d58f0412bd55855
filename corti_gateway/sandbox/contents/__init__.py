"""What an interaction holds: transcripts, recordings, facts and documents, made when they are asked for.

Everything follows from the interaction's id, status, title, type and patient, so a million rows keep nothing.
"""

from corti_gateway.sandbox.contents.audio import Audio
from corti_gateway.sandbox.contents.held import Held
from corti_gateway.sandbox.contents.keeping import Contents

__all__ = ["Audio", "Contents", "Held"]
