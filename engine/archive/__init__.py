"""Closed periods outside the store: Parquet that explains itself."""
