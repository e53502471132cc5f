#!/bin/sh
# Sees to it that the browser tests have a Chromium: the system's, else Debian's when root, else Playwright's own
# download. Without any of them the browser tests skip and say so; with CI=true that is a failure.
set -eu

done=.tools/browser
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ -e "$done" ]; then exit 0; fi

log=.tools/browser.log
from_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  echo "Installing Chromium for the browser tests (apt) ..."
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-liberation; } >"$log" 2>&1
}
from_playwright() {
  echo "Fetching Chromium for the browser tests (Playwright) ..."
  .venv/bin/playwright install chromium >>"$log" 2>&1 && touch "$done"
}
if from_debian || from_playwright; then exit 0; fi

echo "No Chromium: the browser tests will be skipped. Install one (Debian: apt install chromium); see $log." >&2
[ "${CI:-}" != true ]
