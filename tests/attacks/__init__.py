"""Attacks replayed as tests, on worlds of their own."""
