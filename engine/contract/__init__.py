"""The whole effective contract as a table, the difference of two, and what it would have done to real tickets."""
