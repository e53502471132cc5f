#!/bin/sh
# Sees to it that the checks of deploy/ have nginx, Caddy, systemd-analyze and logrotate, and puts each into
# .tools/servers: the system's, else Debian's, unpacked there with its libraries, so that no service is started and
# nothing of the system changes. A check without its program skips and says so; with CI=true that is a failure.
set -eu

servers="$PWD/.tools/servers"
log="$PWD/.tools/servers.log"
mkdir -p "$servers"
missing=

runs() { # program, the word that makes it say its version
  "$servers/$1" "$2" >>"$log" 2>&1
}
from_system() {
  for folder in $(echo "$PATH" | tr ':' ' ') /usr/sbin /sbin; do
    if [ -x "$folder/$1" ]; then
      printf '#!/bin/sh\nexec "%s" "$@"\n' "$folder/$1" >"$servers/$1" && chmod +x "$servers/$1" && return 0
    fi
  done
  return 1
}
needed() { # the libraries that packages name, but for those that every Debian has
  apt-cache depends "$@" | sed -n 's/^ *Depends: \(lib[^ <]*\)$/\1/p' \
    | grep -v -E '^(libc6|libgcc-s1|libcrypt1|libnss3.*)$' | sort -u
}
libraries() { # and those that these name in turn
  first="$(needed "$1")"
  [ -z "$first" ] || { echo "$first"; needed $first; } | sort -u
}
from_debian() { # program, package
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  echo "Fetching $2 for the checks of deploy/ (apt) ..."
  if ! apt-cache show "$2" >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] && apt-get update -qq >>"$log" 2>&1 || return 1
  fi
  home="$servers/of-$2"
  rm -rf "$home"
  mkdir -p "$home/packages" "$home/unpacked"
  (cd "$home/packages" && apt-get download -qq "$2" $(libraries "$2")) >>"$log" 2>&1 || return 1
  for package in "$home"/packages/*.deb; do dpkg-deb -x "$package" "$home/unpacked" >>"$log" 2>&1 || return 1; done
  rm -rf "$home/packages"
  folders="$(find "$home/unpacked" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')"
  program="$(find "$home/unpacked" -type f -path "*bin/$1" | head -n 1)"
  [ -n "$program" ] || return 1
  printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$folders" "$program" >"$servers/$1"
  chmod +x "$servers/$1"
}
have() { # program, package, the word that makes it say its version
  if [ -x "$servers/$1" ] && runs "$1" "$3"; then return 0; fi
  if from_system "$1" && runs "$1" "$3"; then return 0; fi
  if from_debian "$1" "$2" && runs "$1" "$3"; then return 0; fi
  rm -f "$servers/$1"
  missing="$missing $2"
}

: >"$log"
have nginx nginx -v
have caddy caddy version
have systemd-analyze systemd --version
have logrotate logrotate --version

[ -n "$missing" ] || exit 0
echo "Missing:$missing. Their checks of deploy/ will be skipped. Install them (Debian: apt install$missing); see $log." >&2
[ "${CI:-}" != true ]
