"""The Model Context Protocol: usage told to agents, over standard input and output."""
