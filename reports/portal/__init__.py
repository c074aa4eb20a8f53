"""The client portal: what a customer may see of itself, and nothing else. Needs the extra `portal`."""
