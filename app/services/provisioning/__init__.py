"""Users made, and balances given, on a panel that belongs to somebody else: asked for, carried out, looked after."""
