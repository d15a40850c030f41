#!/usr/bin/env bash
# Runs a command in a copy of frontend-contract/ with its npm packages: bash scripts/lib/frontend.sh COMMAND…
# The copy stands in the local directory and is gone afterwards; the checkout need not be writable.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/bootstrap.sh"
. "$LIB/node.sh"
packages="$LOCAL/frontend"
mkdir -p "$packages"

install_packages() {
  local wanted
  wanted="$(cksum <"$ROOT/frontend-contract/package-lock.json")"
  [ "$(cat "$packages/node_modules/.stamp" 2>/dev/null)" = "$wanted" ] && return
  echo "Installing the npm packages (once, and again when they change) …" >&2
  cp "$ROOT"/frontend-contract/{package.json,package-lock.json,.npmrc} "$packages"
  (cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  echo "$wanted" >"$packages/node_modules/.stamp"
}

if command -v flock >/dev/null 2>&1; then
  exec 9>"$packages/lock"
  flock 9
  install_packages
  exec 9>&-
else
  install_packages
fi
work="$(mktemp -d "$LOCAL/run/frontend.XXXXXX")"
trap 'rm -rf "$work"' EXIT
tar -C "$ROOT/frontend-contract" -cf - --exclude=./node_modules --exclude=./build --exclude=./console/dist . | tar -C "$work" -xf -
ln -s "$packages/node_modules" "$work/node_modules"
cd "$work"
PATH="$packages/node_modules/.bin:$PATH" "$@"
