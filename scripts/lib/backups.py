"""Backups of the embedded server and back: what backup.sh and restore.sh do, with the programs of that server."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import processes
from embedded import Stack, local_dir
from postgres_server import Postgres, ServerError, binaries

LIB = Path(__file__).resolve().parent
RECOVERY_SECONDS = 3600.0


def run(script: str, *arguments: str, url: str = "") -> None:
    """Run one of the two scripts with the server's own client programs; ServerError if it failed."""
    environment = os.environ | {"PATH": f"{binaries()}{os.pathsep}{os.environ['PATH']}"}
    if url:
        environment["DATABASE_URL"] = url
    done = subprocess.run(["sh", str(LIB / script), *arguments], env=environment)
    if done.returncode != 0:
        raise ServerError(f"{script} ended with {done.returncode}; its output stands above.")


def backup(options: argparse.Namespace) -> None:
    """A copy, or every change until interrupted, of the demo's server or of the one in DATABASE_URL."""
    stack = Stack(options.home.parent, names=("pg",))
    ran = stack.running()
    url = stack.start()["DATABASE_URL"]
    try:
        if options.follow:
            run("backup.sh", "follow", "--to", str(options.to), url=url)
            return
        media = ["--media", str(options.media)] if options.media.is_dir() else []
        run("backup.sh", "once", "--to", str(options.to), "--keep", str(options.keep), *media, url=url)
    finally:
        if not all(ran.values()):
            stack.stop()


def restore(options: argparse.Namespace) -> None:
    """Make the server's data anew, start it, and wait until it has arrived at the wanted moment."""
    server = Postgres(options.home)
    if server.pids():
        raise ServerError("The server runs: stop the demo first.")
    (server.data / "postmaster.pid").unlink(missing_ok=True)  # nobody works there: it was killed
    wanted = ["--until", options.until] if options.until else []
    places = ["--from", str(options.source), "--data", str(server.data), "--media", str(options.media)]
    run("restore.sh", *places, *wanted)
    server.own(server.data)
    server.start()
    if not processes.wait_until(server.writable, RECOVERY_SECONDS):
        raise ServerError(f"The server has not arrived:\n{processes.tail(server.log)}")
    server.stop()
    print("The database is back. Make a new backup once the demo runs again.")


def main(arguments: list[str]) -> int:
    """Entry of the command line; returns the exit code."""
    local = local_dir()
    parser = argparse.ArgumentParser(prog="backups", description=__doc__)
    parser.add_argument("action", choices=["backup", "restore"])
    parser.add_argument("--to", type=Path, default=local / "backup")
    parser.add_argument("--from", dest="source", type=Path, default=local / "backup")
    parser.add_argument("--media", type=Path, default=local / "media")
    parser.add_argument("--keep", type=int, default=14)
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("--until", default="")
    parser.add_argument("--home", type=Path, default=local / "demo" / "pg", help="of the embedded server")
    options = parser.parse_args(arguments)
    try:
        (backup if options.action == "backup" else restore)(options)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
