"""One running product for all tests here: starting it costs more than most of them."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.journeys.hospital import Hospital, Person
from tests.support import live

#: Patients enough, six of ten at the first hospital, for two hundred who want the same number and for everybody else.
SAMPLE = ["--patients", "720", "--appointments", "200"]
CROWD = 425
ENVIRONMENT = {
    "YIHUI_MESSAGING_RETRY_SECONDS": "1,1,2,2,3",
    "YIHUI_MESSAGING_LEASE_SECONDS": "20",
    "YIHUI_LOG_LEVEL": "WARNING",
    "dramatiq_restart_delay": "500",
}


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them on one worker, which then starts the product once, and in the thorough tier."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("journeys"))
            item.add_marker(pytest.mark.thorough)


@pytest.fixture(scope="package")  # not the session: it takes a processor from whatever runs after it
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    directory = tmp_path_factory.mktemp("live")
    with live.live_stack(directory, sample=SAMPLE, environment=ENVIRONMENT) as stack:
        crowd = json.loads(stack.script(Path(live.__file__).with_name("crowd.py"), str(CROWD)))
        people = [Person(**person) for person in crowd.pop("people")]
        yield Hospital(stack, people, crowd)


@pytest.fixture
def hospital(_running: Hospital) -> Iterator[Hospital]:
    """The product, running and idle; what a test broke is repaired after it."""
    yield _running
    _running.stack.repair()
    _running.sandbox("DELETE", "/_sandbox/faults/wechat")


@pytest.fixture
def people(hospital: Hospital) -> list[Person]:
    """Sixteen people whom no other test uses, known to the WeChat sandbox."""
    found = list(islice(hospital.fresh, 16))
    assert len(found) == 16, "CROWD is too small"
    hospital.introduce(found)
    return found
