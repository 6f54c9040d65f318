"""A machine's end of the hub: what it sends, what it knows to be there, and how it asks."""

from codex_usage_tracker.hub.client.asking import HubClient

__all__ = ["HubClient"]
