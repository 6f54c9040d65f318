"""The local server: the same answers over HTTP, for one person on one machine."""
