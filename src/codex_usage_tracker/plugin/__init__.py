"""What is put into Codex itself, only when asked for: the plugin, its place in a marketplace, and the hook."""
