"""Tells people what happens to their shipments, once, on the channel that they chose."""
