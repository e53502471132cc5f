"""The outside worlds where customers write. Each channel is the same set of parts behind `base.Channel`."""
