"""Scenarios told to the engine: what came out, against what was expected."""
