"""One training step by each peer, on the same rows; see `benchmarks/train_peers.py`."""
