"""What is promised of a service as a whole, and what is paid back: uptime over outages, and credits, for a month of a customer."""
