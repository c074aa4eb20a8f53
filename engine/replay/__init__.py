"""Any history under any rules, in one process, several, or on a cluster."""
