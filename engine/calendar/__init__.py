"""Opening hours as intervals, and how they are counted: one call, batches, holidays."""
