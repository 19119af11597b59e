"""What performance.md's targets are measured with: `scripts/bench --help`."""
