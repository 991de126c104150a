"""Estimates when couriers come: windows whose bounds are measured errors, sent on as commands."""
