"""Clock, money, ids, masking: the small pieces everything stands on."""

import datetime as dt
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections, transaction
from hypothesis import given, strategies as st

from kernel import clock, ids
from kernel.crypto import masking
from kernel.money import MAX_FEN, FenField, fen_to_yuan, yuan_to_fen


def test_the_day_is_shanghais() -> None:
    with clock.frozen(dt.datetime(2026, 3, 1, 15, 59, tzinfo=dt.UTC)):
        assert clock.today() == dt.date(2026, 3, 1)
    with clock.frozen(dt.datetime(2026, 3, 1, 16, 0, tzinfo=dt.UTC)):
        assert clock.today() == dt.date(2026, 3, 2)
    assert clock.local(dt.date(2026, 3, 2), dt.time(8)).astimezone(dt.UTC).hour == 0


def test_a_frozen_clock_starts_again() -> None:
    moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with clock.frozen(moment):
        assert clock.now() == clock.now() == moment
    assert clock.now().year >= 2024


def test_a_file_moves_the_clock_of_every_process_that_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    source = clock.FileOffsetClock(file)
    assert abs(source() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)
    for number, seconds in enumerate((3600.0, -60.0)):
        file.write_text(str(seconds))
        os.utime(file, ns=(number, number))
        assert abs(source() - dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)) < dt.timedelta(
            seconds=5
        )


@given(st.integers(-999_999_999_99, 999_999_999_99))
def test_money_survives_its_text(fen: int) -> None:
    assert yuan_to_fen(fen_to_yuan(fen)) == fen


@pytest.mark.parametrize(
    "text", ["1.234", "1e3", "+1", " 1", "1.", ".5", "1,000", "", "NaN", "--1", "1 ", "１"]
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        yuan_to_fen(text)


@pytest.mark.parametrize(("value", "valid"), [(0, True), (MAX_FEN, True), (-1, False), (MAX_FEN + 1, False)])
def test_an_amount_is_never_negative_nor_absurd(value: int, valid: bool) -> None:
    from django.core.exceptions import ValidationError

    field = FenField()
    if valid:
        field.run_validators(value)
    else:
        with pytest.raises(ValidationError):
            field.run_validators(value)


def test_keys_are_time_ordered() -> None:
    keys = [ids.uuid7() for _ in range(1000)]
    assert keys == sorted(keys)
    assert {key.version for key in keys} == {7}


@pytest.mark.django_db
def test_keys_made_by_the_database_are_of_the_same_kind_and_order() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT uuid7(), pg_sleep(0.0001) FROM generate_series(1, 50)")
        keys = [row[0] for row in cursor.fetchall()]
    assert keys == sorted(keys)
    assert {(key.version, key.variant) for key in keys} == {(7, "specified in RFC 4122")}
    made = dt.datetime.fromtimestamp((keys[0].int >> 80) / 1000, dt.UTC)
    assert abs(made - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_the_floor_of_a_moment_bounds_its_keys() -> None:
    before = ids.uuid7_floor(dt.datetime.now(dt.UTC))
    assert before <= ids.uuid7() < ids.uuid7_floor(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    assert ids.uuid7_floor(dt.datetime(1, 1, 1, tzinfo=dt.UTC)).int >> 80 == 0


@pytest.fixture
def series() -> Iterator[ids.NumberSeries]:
    made = ids.NumberSeries("test", "T")
    yield made
    ids.SERIES.remove(made)


@pytest.mark.django_db(transaction=True)
def test_numbers_rise_within_a_day_and_start_anew_the_next(series: ids.NumberSeries) -> None:
    hospital, day = uuid4(), dt.date(2026, 11, 22)
    numbers = [series.next(hospital, day) for _ in range(45)]
    assert numbers[0] == "T261122000001" and numbers[-1] == "T261122000045"
    assert series.next(hospital, day + dt.timedelta(days=1)) == "T261123000001"
    assert series.next(uuid4(), day) == "T261122000001"


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_rolled_back_is_given_to_one_caller_alone(series: ids.NumberSeries) -> None:
    hospital, day = uuid4(), dt.date(2026, 11, 22)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        series.next(hospital, day)
        _ = 1 / 0
    other = ids.NumberSeries("test", "T")
    ids.SERIES.remove(other)
    taken = [each.next(hospital, day) for each in (series, other) for _ in range(45)]
    assert len(taken) == len(set(taken)) == 90


@pytest.mark.django_db(transaction=True)
def test_numbers_are_unique_over_processes_and_threads() -> None:
    hospital, day = uuid4(), dt.date(2026, 11, 22)
    processes = [ids.NumberSeries("test", "T") for _ in range(3)]
    found: list[str] = []

    def work(series: ids.NumberSeries) -> None:
        try:
            found.extend(series.next(hospital, day) for _ in range(60))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(series,)) for series in processes * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for series in processes:
        ids.SERIES.remove(series)
    assert len(found) == len(set(found)) == 360


@pytest.mark.requirement("ACC-05")
@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masking.phone, "13812348000", "138****8000"), (masking.phone, "110", "1**"), (masking.phone, "", ""),
        (masking.phone, "12345678", "12****78"),
        (masking.document, "110101199003071233", "1****************3"), (masking.document, "E1234567", "E1****67"),
        (masking.document, "H12345678", "H1*****78"), (masking.document, "622200000012", "62********12"),
        (masking.document, "12345", "1***5"), (masking.document, "A1", "A*"), (masking.document, "A", "*"),
        (masking.name, "张三丰", "张*"), (masking.name, "张三", "张*"),
        (masking.name, "张", "*"), (masking.name, "", ""),
        (masking.address, "北京市海淀区中关村大街1号", "北京市海淀区****"), (masking.address, "北京", "****"),
        (masking.address, "广东省深圳市南山区科技园1栋", "广东省深圳市南山区****"),
        (masking.address, "江苏省昆山市玉山镇花园小区3栋", "江苏省昆山市****"), (masking.address, "", ""),
    ],
)  # fmt: skip
def test_what_a_reader_without_the_sensitive_code_sees(mask: object, value: str, shown: str) -> None:
    assert mask(value) == shown  # type: ignore[operator]
