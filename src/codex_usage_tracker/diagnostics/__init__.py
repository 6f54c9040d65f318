"""What only the logs tell of: paths, git, outputs of tools, retries; looked for on demand and kept as sums."""
