"""The program's version, alone in a file so that `sla --version` imports nothing else."""

__version__ = "0.1.0"
