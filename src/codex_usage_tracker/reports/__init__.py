"""Questions with typed answers; every surface asks these and no others."""
