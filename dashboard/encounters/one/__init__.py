"""One encounter opened: who and when, and what Corti holds of it."""
