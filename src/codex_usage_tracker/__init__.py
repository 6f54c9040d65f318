"""Exact, fast and private usage tracking for the OpenAI Codex CLI."""

__version__ = "0.1.0"
