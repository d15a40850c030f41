# shellcheck shell=bash
# Sourced by the scripts: answers --help without installing anything, and finds a Python >= 3.11.

# The script's own first comment is its help. After the first word of `manage`, options are Django's.
answer_help() {
  local argument
  for argument in "$@"; do
    case "$argument" in
      --help | -h) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
      --) return ;;
      -*) ;;
      *) [ "$(basename "$0")" = manage ] && return ;;
    esac
  done
  return 0
}

# The newest of the usual names that is new enough and able to run.
find_python() {
  local name
  for name in "${YIHUI_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "Python 3.11 or newer is needed; set YIHUI_PYTHON to it." >&2
  return 1
}

answer_help "$@"
