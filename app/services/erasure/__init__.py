"""Erasing a person: everything stops, every trace here goes, and a signed receipt says what only others can delete."""
