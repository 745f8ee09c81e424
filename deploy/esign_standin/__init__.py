"""A stand-in for BSrE's signing gateway, for development and tests alone."""
