"""`make bench-promise`: how often windows as shown hold, and how wide they are, on days nobody has seen."""
