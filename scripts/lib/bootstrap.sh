# shellcheck shell=bash
# Sourced by the scripts: sets ROOT, LOCAL and PY, and makes the virtual environment if it is not there or not
# up to date. Needs bash and Python >= 3.11; packages come through the machine's own pip configuration.

# shellcheck source=scripts/lib/python.sh
. "$(dirname "${BASH_SOURCE[0]}")/python.sh"
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
LOCAL="${YIHUI_LOCAL_DIR:-$ROOT/.local}"
mkdir -p "$LOCAL" 2>/dev/null || true
if [ ! -w "$LOCAL" ]; then
  echo "$LOCAL cannot be written by $(id -un). Set YIHUI_LOCAL_DIR to a directory of your own." >&2
  exit 1
fi
LOCAL="$(cd "$LOCAL" && pwd)"
export YIHUI_LOCAL_DIR="$LOCAL"
mkdir -p "$LOCAL/log" "$LOCAL/run"
PY="$LOCAL/venv/bin/python"
# shellcheck disable=SC2034  # for the scripts that source this
LIB="$ROOT/scripts/lib"

# uv reads no pip configuration: tell it what pip was told, unless it has settings of its own.
# Indexes keep pip's meaning (the best match of all), which is safe because every file is pinned by hash.
adopt_pip_configuration() {
  local base="$1" line key value
  [ -w "${HOME:-/nonexistent}" ] || export UV_CACHE_DIR="${UV_CACHE_DIR:-$LOCAL/uv-cache}"
  if env | grep -qE '^UV_(DEFAULT_)?INDEX|^UV_FIND_LINKS|^UV_CONFIG_FILE'; then return; fi
  if [ -f /etc/uv/uv.toml ] || [ -f "${XDG_CONFIG_HOME:-${HOME:-}/.config}/uv/uv.toml" ]; then return; fi
  export UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}"
  while IFS= read -r line; do
    key="${line%%=*}" value="${line#*=}"
    value="${value#\'}" value="${value%\'}" value="${value//\\n/ }"
    case "$key" in
      *.index-url) export UV_DEFAULT_INDEX="$value" ;;
      *.extra-index-url) export UV_INDEX="$value" ;;
      *.find-links) export UV_FIND_LINKS="${value// /,}" ;;
      *.no-index) export UV_NO_INDEX=1 ;;
      *.trusted-host) export UV_INSECURE_HOST="$value" ;;
      *.cert) export SSL_CERT_FILE="${SSL_CERT_FILE:-$value}" ;;
      *.default-timeout | *.timeout) export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-$value}" ;;
    esac
  done < <("$base" -m pip config list 2>/dev/null)
}

# uv by pip; where Python came without pip, by the pip of a throw-away virtual environment, or from the path.
ensure_uv() {
  local base="$1" pip=("$1" -m pip)
  UV="$LOCAL/uv/bin/uv"
  [ -x "$UV" ] && "$UV" --version >/dev/null 2>&1 && return
  if ! "$base" -m pip --version >/dev/null 2>&1; then
    if "$base" -m venv "$LOCAL/run/pip" >/dev/null 2>&1; then
      pip=("$LOCAL/run/pip/bin/python" -m pip)
    elif UV="$(command -v uv)"; then
      return
    else
      echo "Neither pip, venv nor uv came with $base: install one of them (Debian: python3-venv)." >&2
      return 1
    fi
  fi
  rm -rf "$LOCAL/uv"
  "${pip[@]}" install --quiet --disable-pip-version-check --target "$LOCAL/uv" 'uv>=0.8,<1'
}

install_requirements() {
  local base="$1"
  "$PY" -c '' 2>/dev/null || "$UV" venv --quiet --clear --python "$base" "$LOCAL/venv"
  echo "Installing the requirements (once, and again when they change) …" >&2
  if ! "$UV" pip sync --quiet --compile-bytecode --require-hashes --python "$PY" "$ROOT/requirements.txt"; then
    echo "uv could not; trying pip." >&2
    "$base" -m pip --quiet --disable-pip-version-check --python "$PY" install --require-hashes -r "$ROOT/requirements.txt"
  fi
}

# One at a time per local directory, because several scripts may start together on a fresh checkout.
bootstrap() {
  local base wanted
  base="$(find_python)"
  wanted="$(cat "$ROOT/requirements.txt" <("$base" -VV) | cksum)"
  if [ "$(cat "$LOCAL/venv/.stamp" 2>/dev/null)" != "$wanted" ] || ! "$PY" -c '' 2>/dev/null; then
    adopt_pip_configuration "$base"
    ensure_uv "$base"
    install_requirements "$base"
    echo "$wanted" >"$LOCAL/venv/.stamp"
  fi
}

if command -v flock >/dev/null 2>&1; then
  exec 8>"$LOCAL/run/bootstrap.lock"
  flock 8
  bootstrap
  exec 8>&-
else
  bootstrap
fi
