"""What the product promises of its speed, measured beside peers: `python -m benchmarks`."""
