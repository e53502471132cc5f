"""Registering a business with the Auth API: the errands of the plan."""
