"""Django's admin over the index's own table: what one gets for a page of code, and the peer of bar 6."""
