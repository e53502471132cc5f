"""Who steers the bot: commands, pauses and releases, with who and why kept."""
