#!/bin/sh
# Fetches what describes n8n's nodes for the validator, in the versions of its package.json: of each package only the
# types and the schemas, without what the nodes would need to run. Run in the validator's folder; npm is the argument.
set -eu

folder=node_modules/.definitions
rm -rf "$folder"
mkdir -p "$folder"
node -p 'Object.entries(require("./package.json").nodeDefinitions).map((one) => one.join("@")).join("\n")' |
  while read -r package; do
    name="$(basename "${package%@*}")"
    tarball="$("$@" pack "$package" --silent --pack-destination "$folder")"
    mkdir "$folder/$name"
    tar xzf "$folder/$tarball" -C "$folder/$name" --strip-components=2 package/dist/node-definitions package/dist/types
    rm "$folder/$tarball"
  done
