"""Finding a patient, starting, the documents, the outbox."""

from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.servers import server
from tests.bench.table import Line

FIND_MS, FIRST_ANSWER, MEMORY_MB, SCHEMA_PER_500 = 10.0, 2.0, 150.0, 4.0


def find(quick: bool) -> list[Line]:
    """Milliseconds in the database, planning included."""
    patients = 100_000 if quick else 1_000_000
    times = inside(dataset(patients), "find")
    return [
        Line(
            "find",
            f"by {kind}, {patients:,} patients",
            f"{ms:.2f} ms",
            "",
            None,
            f"<= {FIND_MS:.0f} ms",
            ms <= FIND_MS,
        )
        for kind, ms in times.items()
    ]


def start(quick: bool) -> list[Line]:
    """From nothing to the first answer, and what a worker weighs after some work."""
    from tests.bench import client

    url = dataset(10_000)
    token = inside(url, "staff_tokens")["administrator"]
    answers = []
    for _ in range(1 if quick else 3):
        with server(url) as running:
            answers.append(running.first_answer)
            request = client.request("GET", "/api/admin/v1/patients", token=token)
            client.run(running.port, 4, [request] * 400)
            memory = running.worker_memory()
    first = sorted(answers)[len(answers) // 2]
    return [
        Line(
            "start",
            "first answer",
            f"{first:.2f} s",
            "",
            None,
            f"<= {FIRST_ANSWER:.0f} s",
            first <= FIRST_ANSWER,
        ),
        Line(
            "start",
            "memory of a worker",
            f"{memory:.0f} MB",
            "",
            None,
            f"<= {MEMORY_MB:.0f} MB",
            memory <= MEMORY_MB,
        ),
    ]


def schema(quick: bool) -> list[Line]:
    """The document of each audience."""
    url, lines = dataset(10_000), []
    for audience in ("miniprogram", "admin", "partner"):
        made = inside(url, "schema", audience)
        allowed = SCHEMA_PER_500 * max(1.0, made["operations"] / 500)
        figure = f"{made['seconds']:.2f} s, {made['operations']:.0f} operations"
        target = f"<= {SCHEMA_PER_500:.0f} s per 500"
        lines.append(Line("schema", audience, figure, "", None, target, made["seconds"] <= allowed))
    return lines


def relay(quick: bool) -> list[Line]:
    """Committed events to the queue."""
    url = copy_of(dataset(10_000), "bench_relay")
    try:
        done = inside(url, "relay", 2_000 if quick else 20_000)
    finally:
        drop("bench_relay")
    return [Line("relay", "events from the outbox to the queue, 1 relay", f"{done['per_second']:,.0f}/s")]
