"""Kommo: the first channel. Reads its webhooks, speaks its REST v4, sends by talks, Salesbot or a note."""
