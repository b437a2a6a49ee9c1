"""Reports: which to make, each in a process of its own, their pages, records and index."""
