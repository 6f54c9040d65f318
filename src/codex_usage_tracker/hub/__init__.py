"""The hub: usage of several machines and people in one place, and what a machine sends there."""
