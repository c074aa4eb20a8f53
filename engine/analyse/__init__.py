"""Exact analysis of the effective contract: what the rules can never do, leave out or promise twice."""
