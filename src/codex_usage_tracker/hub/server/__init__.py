"""The hub's server: accounts, what their devices sent, and what is made of it."""
