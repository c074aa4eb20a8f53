"""Escalation: where steps lie on a clock, what becomes of them, whom they mean and what they bring about."""
