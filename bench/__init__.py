"""Speed, memory and size of the tracker, measured beside plain tools and other trackers; run as `python -m bench`."""
