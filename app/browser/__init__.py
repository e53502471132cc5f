"""The browser that Ponte drives, where there is one. So far it is only looked for."""
