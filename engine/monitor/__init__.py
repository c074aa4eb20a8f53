"""Watching an engine: what it counts, whether it is well, and who is told."""
