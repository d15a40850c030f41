"""Which tests failed, for whoever runs them again: `--failures-file PATH` (scripts/lib/pytest_run.py)."""

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where to write them."""
    parser.addoption("--failures-file", type=Path, help="write the ids of failed tests there, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that sees every report writes: not the workers of pytest-xdist."""
    path = config.getoption("failures_file")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(path), "failures-file")


class Failures:
    """Failed tests and fixtures in the order of their failing; no file if the run was cut short."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failed: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set-up, call and tear-down alike."""
        if report.failed:
            self.failed[without_group(report.nodeid)] = None

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A run that stopped at its first failure has not seen the others."""
        if not session.shouldfail and not session.shouldstop:
            self.path.write_text(json.dumps(list(self.failed)))


def without_group(node: str) -> str:
    """The id without the `@group` that pytest-xdist appends."""
    cut = node.rfind("@")
    return node[:cut] if cut > node.rfind("]") and cut > node.rfind("::") else node
