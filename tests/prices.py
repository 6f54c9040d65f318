"""The bundled prices, for tests of what is not pricing."""

from codex_usage_tracker.ingest import price_files
from codex_usage_tracker.pricing.card import Card

NO_FILE = "no such file"

BUNDLED = price_files.state(NO_FILE, NO_FILE, lambda _path, _kind: Card())
