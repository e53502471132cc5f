"""The words and rules that every room shares. No I/O; imports nothing of the rest of Ponte."""
