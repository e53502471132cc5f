"""Bitrix24 Open Lines: a chat bot of a line, or its user, over the portal's REST."""
