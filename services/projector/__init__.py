"""Projectors: from the log to the views that people are shown."""
