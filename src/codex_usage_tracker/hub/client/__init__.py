"""A machine's end of the hub: what it sends, what it knows to be there, and how it asks."""
