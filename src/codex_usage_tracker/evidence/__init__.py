"""What a call was made of: read from its source file when it is asked for, redacted, counted, never kept."""
