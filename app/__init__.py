"""Ponte: the bridge between a company's CRM inbox and its automations."""
