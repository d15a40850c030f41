#!/bin/sh
# Backups of a PostgreSQL server and of the uploaded files; DATABASE_URL names the server. Needs its client programs alone,
# so that it runs in the database's own image as well.
#
#   backup.sh once   --to DIR [--media DIR] [--keep N]   a whole copy, verified; the oldest beyond N (14) and what only they
#                                                        needed go
#   backup.sh follow --to DIR                            receives every change as it is written, until stopped or
#                                                        the server goes: whoever started it starts it again
#
# DIR/base/STAMP is a copy that ended at STAMP (UTC), DIR/media/STAMP.tar the files, DIR/wal the changes.
set -eu
SLOT=yihui_backup

say() { echo "$*" >&2; }

# As root, which only containers are: go on as the server's user, whom a restored server runs as.
become_the_servers_user() {
  if [ "$(id -u)" = 0 ] && command -v gosu >/dev/null 2>&1 && id postgres >/dev/null 2>&1; then
    mkdir -p "$to"
    chown postgres:postgres "$to"
    exec gosu postgres sh "$0" "$@"
  fi
}

once() {
  mkdir -p "$to/base" "$to/media"
  rm -rf "$to"/base/*.part "$to"/media/*.part
  pg_basebackup --dbname="$DATABASE_URL" --pgdata="$to/base/new.part" --wal-method=stream --checkpoint=fast --no-password
  pg_verifybackup --quiet "$to/base/new.part"
  stamp="$(date -u +%Y%m%dT%H%M%SZ)"
  if [ -n "$media" ]; then
    tar -C "$media" -cf "$to/media/$stamp.tar.part" . || [ $? -eq 1 ]  # 1: somebody uploads just now
    mv "$to/media/$stamp.tar.part" "$to/media/$stamp.tar"
  fi
  mv "$to/base/new.part" "$to/base/$stamp"
  forget
  say "Backed up to $to/base/$stamp."
}

# The newest stay, with all changes since the oldest of them began.
forget() {
  for old in $(ls "$to/base" | grep -v part | sort -r | tail -n "+$((keep + 1))"); do
    rm -rf "${to:?}/base/$old" "$to/media/$old.tar"
  done
  oldest="$(ls "$to/base" | grep -v part | sort | head -n 1)"
  first="$(sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\))$/\1/p' "$to/base/$oldest/backup_label")"
  for wal in "$to"/wal*; do
    [ ! -d "$wal" ] || pg_archivecleanup "$wal" "$first"
  done
}

follow() {
  mkdir -p "$to/wal"
  pg_receivewal --dbname="$DATABASE_URL" --slot="$SLOT" --create-slot --if-not-exists --no-password
  say "Receiving changes into $to/wal."
  exec pg_receivewal --dbname="$DATABASE_URL" --slot="$SLOT" --directory="$to/wal" --synchronous --no-loop \
    --no-password
}

action="${1:-}" to="" media="" keep=14
given="$*"
[ $# -eq 0 ] || shift
while [ $# -gt 0 ]; do
  case "$1" in
    --to) to="${2:?--to: a directory}"; shift 2 ;;
    --media) media="${2:?--media: a directory}"; shift 2 ;;
    --keep) keep="${2:?--keep: a number}"; shift 2 ;;
    *) say "Unknown option $1."; exit 2 ;;
  esac
done
case "$action$to" in
  once?* | follow?*) ;;
  *) say "once or follow, and --to DIR"; exit 2 ;;
esac
case "$keep" in *[!0-9]* | "" | 0) say "--keep: a whole number from 1"; exit 2 ;; esac
[ -z "$media" ] || [ -d "$media" ] || { say "--media: $media is no directory"; exit 2; }
: "${DATABASE_URL:?names the server}"
# shellcheck disable=SC2086  # paths of containers have no blanks
become_the_servers_user $given
umask 077
"$action"
