"""Messages on their way out: what they say, when they are tried, and whether they are still wanted."""
