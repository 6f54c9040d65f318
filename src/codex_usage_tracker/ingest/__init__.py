"""From the bytes of Codex's logs to calls: discover, scan, decode, account, sync."""
