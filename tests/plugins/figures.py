"""Times that a test took on the way, told at the end of the run: none of them fails anything.

`record_property("figure", text)` names one.
"""

import pytest

FIGURE = "figure"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name them in the order in which they came."""
    told = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == FIGURE
    ]
    if told:
        terminalreporter.section("figures")
    for line in told:
        terminalreporter.line(str(line))
