"""The ways out: each takes a page to the other side and says what it answered."""
