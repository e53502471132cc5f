#!/bin/sh
# Sees to it that the browser tests have a Chromium and writes its path to .tools/chromium: the system's, else Debian's
# when root, else Playwright's own download. Without any of them the browser tests skip and say so; with CI=true that
# is a failure. PONTE_CHROMIUM names another one.
set -eu

found=.tools/chromium
log=.tools/browser.log
mkdir -p .tools

from_system() {
  for name in "${PONTE_CHROMIUM:-chromium}" chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >"$found"; then return 0; fi
  done
  return 1
}
from_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "Installing Chromium for the browser tests (apt) ..."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium \
    fonts-liberation; } >"$log" 2>&1 && from_system
}
playwright_path() {
  .venv/bin/python -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as here: print(here.chromium.executable_path)'
}
from_playwright() {
  [ -x "$(playwright_path)" ] || {
    echo "Fetching Chromium for the browser tests (Playwright) ..."
    .venv/bin/playwright install chromium >>"$log" 2>&1
  } && playwright_path >"$found"
}

if from_system || from_debian || from_playwright; then exit 0; fi

rm -f "$found"
echo "No Chromium: the browser tests will be skipped. Install one (Debian: apt install chromium); see $log." >&2
[ "${CI:-}" != true ]
