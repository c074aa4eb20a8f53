"""`sla portal` but for serving it: accounts, links, the log."""
