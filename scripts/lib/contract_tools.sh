#!/usr/bin/env bash
# Runs a command like frontend.sh, with the linters and generators of frontend-contract/tools: bash scripts/lib/contract_tools.sh COMMAND…
# They are installed when they are first asked for, into the local directory; TOOLS names their node_modules.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/bootstrap.sh"
. "$LIB/node.sh"
export TOOLS="$LOCAL/contract-tools/node_modules"
mkdir -p "$LOCAL/contract-tools"
wanted="$(cksum <"$ROOT/frontend-contract/tools/package-lock.json")"
if [ "$(cat "$TOOLS/.stamp" 2>/dev/null)" != "$wanted" ]; then
  echo "Installing the linters and generators (once, and again when they change) …" >&2
  cp "$ROOT"/frontend-contract/tools/{package.json,package-lock.json,.npmrc} "$LOCAL/contract-tools"
  (cd "$LOCAL/contract-tools" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  echo "$wanted" >"$TOOLS/.stamp"
fi
export PATH="$TOOLS/.bin:$PATH" REDOCLY_TELEMETRY=off
exec bash "$LIB/frontend.sh" "$@"
