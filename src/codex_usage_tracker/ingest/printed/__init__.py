"""What Codex prints for people, read back as far as it can be."""
