"""What the notebooks show, put together from analyses, charts and tables."""
