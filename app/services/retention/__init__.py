"""What an account need not keep goes when its time is over: shown before, done every night, counted."""
