#!/bin/sh
# Sees to it that the pooler tests have a pgbouncer and writes its path to .tools/pgbouncer.path: the system's, else
# Debian's, unpacked into .tools with its libraries, so that no service is started and nothing of the system changes.
# Without it those tests skip and say so; with CI=true that is a failure. PONTE_PGBOUNCER names another one.
set -eu

found=.tools/pgbouncer.path
home="$PWD/.tools/pgbouncer"
log=.tools/pgbouncer.log
mkdir -p .tools

from_system() {
  for name in "${PONTE_PGBOUNCER:-pgbouncer}" pgbouncer /usr/sbin/pgbouncer; do
    if command -v "$name" >"$found"; then return 0; fi
  done
  return 1
}
unpacked() {
  [ -x "$home/run" ] && "$home/run" --version >>"$log" 2>&1 && echo "$home/run" >"$found"
}
libraries() { # those it needs by name, but for the C library itself, which every Debian has
  apt-cache depends pgbouncer | sed -n 's/^ *Depends: \(lib[^ <]*\)$/\1/p' | grep -v '^libc6$'
}
from_debian() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  echo "Fetching pgbouncer for the pooler tests (apt) ..."
  : >"$log"
  if ! apt-cache show pgbouncer >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] && apt-get update -qq >>"$log" 2>&1 || return 1
  fi
  rm -rf "$home"
  mkdir -p "$home/packages" "$home/unpacked"
  (cd "$home/packages" && apt-get download -qq pgbouncer $(libraries)) >>"$log" 2>&1 || return 1
  for package in "$home"/packages/*.deb; do dpkg-deb -x "$package" "$home/unpacked" >>"$log" 2>&1 || return 1; done
  rm -rf "$home/packages"
  folders="$(find "$home/unpacked" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')"
  printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$folders" "$home/unpacked/usr/sbin/pgbouncer" >"$home/run"
  chmod +x "$home/run"
  unpacked
}

if from_system || unpacked || from_debian; then exit 0; fi

rm -f "$found"
echo "No pgbouncer: the pooler tests will be skipped. Install one (Debian: apt install pgbouncer); see $log." >&2
[ "${CI:-}" != true ]
