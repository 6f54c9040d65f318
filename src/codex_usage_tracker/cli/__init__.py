"""The command line: one command is one module, loaded when it runs."""
