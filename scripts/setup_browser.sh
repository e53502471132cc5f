#!/bin/sh
# Sees to it that there is a Chromium for `ponte browser` and for the tests, and writes its path to .tools/chromium. Looked
# for in Ponte's own order: the one that PONTE_CHROMIUM names (here or in .env), the one that Playwright has fetched, the
# system's. Where there is none, one is fetched: Debian's when root, else Playwright's. Where that fails too, everything but
# users on panels works, and the browser tests skip and say so; with CI=true that is a failure.
set -eu

found=.tools/chromium
log=.tools/browser.log
mkdir -p .tools
PONTE_CHROMIUM=${PONTE_CHROMIUM:-$(sed -n 's/^PONTE_CHROMIUM=//p' .env 2>/dev/null | tail -n 1)}
export PONTE_CHROMIUM

# The same search as at run time, and one that does not even tell its version (a library is missing) is none.
find_one() {
  path=$(.venv/bin/python -c 'import os
from app.browser.finding import chromium
print(chromium(os.environ) or "")')
  [ -n "$path" ] && "$path" --version >>"$log" 2>&1 && echo "$path" >"$found"
}
from_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "Installing a Chromium, which makes users on panels (apt, once) ..."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium \
    fonts-liberation; } >>"$log" 2>&1 && find_one
}
from_playwright() {
  echo "Fetching a Chromium, which makes users on panels (Playwright, once) ..."
  .venv/bin/playwright install chromium >>"$log" 2>&1 && find_one
}

: >"$log"
if [ "$PONTE_CHROMIUM" = none ]; then
  rm -f "$found"
  exit 0
fi
if find_one || from_debian || from_playwright; then exit 0; fi

rm -f "$found"
echo "No Chromium: Ponte runs, but makes no users on panels, and browser tests are skipped. Install one (Debian: apt" >&2
echo "install chromium) or name yours in PONTE_CHROMIUM; $log says what went wrong." >&2
[ "${CI:-}" != true ]
