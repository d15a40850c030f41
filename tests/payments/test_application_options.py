"""接入应用 is chosen by its name, in reports and wherever else it is asked for."""

import pytest

from apps.identity.services.partners import create_application
from tests.scheduling.support import ADMIN
from tests.support.world import World

pytestmark = pytest.mark.requirement("RPT-02")
URL = f"{ADMIN}/payment-applications/options"


def test_the_products_own_and_the_partners_of_the_hospital_are_offered(world: World) -> None:
    application, _ = create_application(hospital=world.h1, name="慢病管家")
    create_application(hospital=world.h2, name="外院应用")
    found = {row["label"]: row["id"] for row in world.client("clerk").get(URL).json()}
    assert (found["窗口"], found["小程序"]) == ("window", "miniprogram")
    assert found["慢病管家"] == application.client_id and "外院应用" not in found


def test_the_income_report_asks_for_one_of_them(world: World) -> None:
    reports = world.client("admin1").get(f"{ADMIN}/report-definitions").json()
    rows = reports["results"] if isinstance(reports, dict) else reports
    income = next(row for row in rows if row["code"] == "billing.income")
    asked = next(each for each in income["parameters"] if each["name"] == "application")
    assert (asked["kind"], asked["resource"]) == ("reference", "payment_applications")
