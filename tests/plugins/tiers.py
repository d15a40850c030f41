"""Three tiers of tests: `--tier plain` (the default) leaves out what is marked `thorough` or `full`.

`thorough` leaves out `full` alone, `full` runs all. A test marked `needs("git")` is skipped where that program is not
installed, and the run's summary says so.
"""

import shutil
from collections import defaultdict

import pytest

TIERS = ("plain", "thorough", "full")
NOT_INSTALLED = " is not installed"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The tier to run."""
    parser.addoption("--tier", choices=TIERS, default=TIERS[0], help="how much is run (default: %(default)s)")


def tier_of(item: pytest.Item) -> str:
    """The highest tier that a test is marked with."""
    return next((tier for tier in reversed(TIERS) if item.get_closest_marker(tier)), TIERS[0])


@pytest.hookimpl(trylast=True)  # folders mark their tests in hooks of their own
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tiers above; of the others the highest begin, as they have what lasts longest."""
    wanted = TIERS[: TIERS.index(config.getoption("tier")) + 1]
    chosen = [item for item in items if tier_of(item) in wanted]
    config.hook.pytest_deselected(items=[item for item in items if tier_of(item) not in wanted])
    items[:] = sorted(chosen, key=lambda item: -TIERS.index(tier_of(item)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that this machine has not got."""
    for mark in item.iter_markers("needs"):
        missing = [program for program in mark.args if shutil.which(program) is None]
        if missing:
            pytest.skip(" and ".join(missing) + NOT_INSTALLED)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped for lack of a program, and which."""
    lacking = defaultdict(list)
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if reason.endswith(NOT_INSTALLED):
            lacking[reason.removeprefix("Skipped: ")].append(report.nodeid)
    if lacking:
        terminalreporter.section("skipped for lack of a system package")
    for reason, tests in sorted(lacking.items()):
        terminalreporter.line(f"{reason}: {len(tests)} tests, {tests[0]} first")
