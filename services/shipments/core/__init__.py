"""Decisions without I/O: state and command in, the next record out; and what must be told on."""
