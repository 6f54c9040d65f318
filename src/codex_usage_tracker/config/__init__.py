"""The user's own files: settings in JSON, read with care and written whole."""
