"""Who may speak: the salesperson's commands, and which conversations they mean."""
