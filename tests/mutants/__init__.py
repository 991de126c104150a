"""Faults put into the code on purpose, each with the test that has to notice it."""
