"""Chromium, driven by Playwright: the one adapter behind the port of this room.

`ChromiumPanels` costs nothing until it is used: Playwright is loaded, and Chromium started, by the first visit.
"""

from app.browser.chromium.options import BrowserOptions
from app.browser.chromium.panels import ChromiumPanels, Keeping

__all__ = ["BrowserOptions", "ChromiumPanels", "Keeping"]
