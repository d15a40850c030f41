#!/bin/sh
# Makes the data directory of a stopped PostgreSQL server from a backup; the server brings it up to the wanted moment when
# it starts. What stood there is moved aside, never deleted.
#
#   restore.sh --from DIR --data DIR [--until MOMENT] [--media DIR] [--aside DIR]
#   --until   '2026-11-29 18:30:00+08:00'; without it, everything that was received
#   --media   where the uploaded files belong: those of the copy are put there
#   --aside   where the old directory's content goes (DATA.before), with the moment behind it
set -eu

say() { echo "$*" >&2; }
refuse() { say "$*"; exit 2; }

from="" data="" until="" media="" aside=""
while [ $# -gt 0 ]; do
  case "$1" in
    --from | --data | --until | --media | --aside)
      [ -n "${2:-}" ] || refuse "$1: a value"
      name="${1#--}"
      eval "$name=\$2"
      shift 2
      ;;
    *) refuse "Unknown option $1." ;;
  esac
done
[ -n "$from" ] && [ -n "$data" ] || refuse "--from DIR and --data DIR are needed."
# They stand in the server's configuration.
case "$from$data" in *[!A-Za-z0-9_./-]*) refuse "Directories with letters, digits, _ . - and / alone." ;; esac
[ -d "$from/base" ] || refuse "--from: $from has no backups."
from="$(cd "$from" && pwd)"
[ ! -f "$data/postmaster.pid" ] || refuse "The server of $data runs, or was killed: stop it first (postmaster.pid)."

# A copy serves every moment after its own end, which is known to the second.
newest=99999999T999999Z
if [ -n "$until" ]; then
  newest="$(date -u -d "$until" +%Y%m%dT%H%M%SZ 2>/dev/null)" || refuse "--until: a moment like '2026-11-29 18:30:00+08:00'"
  case "$until" in *[!0-9:+.TZ\ -]*) refuse "--until: a moment like '2026-11-29 18:30:00+08:00'" ;; esac
  case "$until" in
    *:*Z | *:*[+-][0-9][0-9] | *:*[+-][0-9][0-9][0-9][0-9] | *:*[+-][0-9][0-9]:[0-9][0-9]) ;;
    *) refuse "--until: with the offset, like '2026-11-29 18:30:00+08:00'" ;;
  esac
  last=0
  for received in "$from"/wal*/*; do
    [ -f "$received" ] || continue
    at="$(stat -c %Y "$received")"
    [ "$at" -le "$last" ] || last="$at"
  done
  [ "$last" -gt 0 ] || last="$(date +%s)"
  if [ "$(date -u -d "$until" +%s)" -gt "$last" ]; then
    refuse "--until: nothing was received after $(date -u -d "@$last" '+%Y-%m-%d %H:%M:%S+00:00'); without it all of that comes back."
  fi
fi
stamp=""
for found in $(ls "$from/base" | grep -v part | sort); do
  first="$(printf '%s\n%s\n' "$found" "$newest" | sort | head -n 1)"
  if [ "$first" = "$found" ] && [ "$found" != "$newest" ]; then stamp="$found"; fi
done
[ -n "$stamp" ] || refuse "No backup ended before $until."
say "From the copy of $stamp."
pg_verifybackup --quiet "$from/base/$stamp"

now="$(date -u +%Y%m%dT%H%M%SZ)"
mkdir -p "$data"
if [ -n "$(ls -A "$data")" ]; then
  aside="${aside:-$data.before}-$now"
  mkdir -p "$aside"
  find "$data" -mindepth 1 -maxdepth 1 -exec mv {} "$aside" \;
  say "What stood in $data is in $aside."
fi
cp -a "$from/base/$stamp/." "$data"

# The restored server goes its own way from here: what it writes is received apart from what was received before.
if [ -d "$from/wal" ]; then mv "$from/wal" "$from/wal-until-$now"; fi
fetch="f=\$(ls $from/wal*/%f $from/wal*/%f.partial 2>/dev/null | head -n 1); test -n \"\$f\" && cp \"\$f\" \"%p\""
grep -vE '^(restore_command|recovery_target)' "$from/base/$stamp/postgresql.auto.conf" >"$data/postgresql.auto.conf" || true
{
  echo "restore_command = '$fetch'"
  echo "recovery_target_action = 'promote'"
  if [ -n "$until" ]; then echo "recovery_target_time = '$until'"; fi
} >>"$data/postgresql.auto.conf"
touch "$data/recovery.signal"
chown -R --reference="$data" "$data"
chmod 700 "$data"

if [ -n "$media" ] && [ -f "$from/media/$stamp.tar" ]; then
  mkdir -p "$media"
  tar -C "$media" --skip-old-files -xf "$from/media/$stamp.tar"
  say "The uploaded files of $stamp are in $media; what was there was left."
fi
say "Start the server now: it comes up at the wanted moment. Then make a new backup at once."
