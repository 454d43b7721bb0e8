"""Learning from a town's own past: pure computation over arrays."""
