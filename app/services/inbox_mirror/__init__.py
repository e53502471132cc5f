"""A second inbox in which an account's conversations are shown to people, whatever channel they come by."""
