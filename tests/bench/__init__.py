"""Measurements, not tests: acknowledgements, overhead and memory, as ratios of one run on one machine."""
