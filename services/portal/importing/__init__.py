"""Imports at work: read, looked up, planned and applied beside the answers to requests."""
