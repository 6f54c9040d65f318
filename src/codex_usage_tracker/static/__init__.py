"""The dashboard as one file: the page with all calls in it, answering by itself."""
