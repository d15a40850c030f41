"""Files of reports: what a worker spends on one, from the statement to the last byte."""

from tests.bench.data import inside, kept
from tests.bench.table import Line

EXCEL_ROWS, PDF_ROWS = 100_000, 1_900
EXCEL_SECONDS, EXCEL_MB, PDF_SECONDS = 3.0, 60.0, 2.0


def measure(quick: bool) -> list[Line]:
    """Medians of three processes; the size is the same with --quick."""
    url = kept("bench_reports", lambda url: None)
    lines = []
    for kind, rows, seconds, megabytes in (
        ("xlsx", EXCEL_ROWS, EXCEL_SECONDS, EXCEL_MB), ("csv", EXCEL_ROWS, None, None),
        ("pdf", PDF_ROWS, PDF_SECONDS, None),
    ):  # fmt: skip
        runs = [inside(url, "report_file", kind, rows) for _ in range(1 if quick else 3)]
        cpu = sorted(run["seconds"] for run in runs)[len(runs) // 2]
        memory = sorted(run["megabytes"] for run in runs)[len(runs) // 2]
        what = f"{kind}, {rows:,} x 12" + (f", {runs[0]['pages']} pages" if kind == "pdf" else "")
        target, met = (f"<= {seconds:.0f} s CPU", cpu <= seconds) if seconds else ("", None)
        lines.append(Line("reports", what, f"{cpu:.2f} s CPU", "", None, target, met))
        target, met = (f"<= {megabytes:.0f} MB", memory <= megabytes) if megabytes else ("", None)
        lines.append(
            Line("reports", f"{kind}, above the idle worker", f"{memory:.0f} MB", "", None, target, met)
        )
    return lines
