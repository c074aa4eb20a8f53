"""What an editor asks of rule files, as far as the language alone can answer it: offsets and plain values, no protocol."""
