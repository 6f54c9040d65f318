"""Every number the product shows: what is summed, how it can be split, and for which calls."""
