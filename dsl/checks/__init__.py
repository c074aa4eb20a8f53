"""What is wrong with rules that can be read, one concern a module."""
