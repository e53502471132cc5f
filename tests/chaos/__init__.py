"""Kill, drop, double and reorder, then count what was lost, doubled, misplaced or said over a person: nothing."""
