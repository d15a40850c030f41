"""The operation log can be verified as unaltered: whatever its owner changes behind our back is named."""

import threading
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from apps.audit.models import AuditEvent, AuditSeal
from apps.audit.services import record
from apps.audit.services.seals import seal
from apps.audit.services.verify import Report, verify
from tests.audit.conftest import tamper
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.requirement("ACC-06"), pytest.mark.usefixtures("empty_log")]


def write(count: int) -> list[UUID]:
    for number in range(count):
        record(
            action="read", object_type="test.thing", object_id=str(number), detail={"n": number, "词": "值"}
        )
    return list(AuditEvent.objects.order_by("id").values_list("id", flat=True))[-count:]


def sealed() -> AuditSeal:
    """A seal; a transaction that begins elsewhere on the server in the same instant may put it off."""
    return wait_until(seal, 5, "nothing could be sealed")


def three_seals() -> list[UUID]:
    """Nine lines under three seals."""
    lines = []
    for _ in range(3):
        lines += write(3)
        sealed()
    return lines


def kinds(report: Report) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(f.kind, f.seal, f.rows) for f in report.findings]


def test_an_untouched_log_verifies_and_the_verification_is_recorded() -> None:
    three_seals()
    report = verify()
    assert (report.ok, report.seals, report.rows) == (True, 3, 9)
    assert AuditEvent.objects.filter(action="verify", after__ok=True).count() == 1
    sealed()
    assert verify().rows == 10


def test_a_changed_line_is_named() -> None:
    lines = three_seals()
    tamper("UPDATE audit_auditevent SET after = %s WHERE id = %s", '{"n": 7}', lines[4])
    assert kinds(verify()) == [("rows_changed", 2, (str(lines[4]),))]


@pytest.mark.parametrize(
    "change",
    ["actor = 'x'", "user_id = uuid7()", "ip = '10.0.0.1'", "at = at + interval '1 microsecond'", "action = 'delete'",
     "object_id = 'other'", "before = '{}'", "hospital_id = uuid7()", "path = '/'", "request_id = 'r'"],
)  # fmt: skip
def test_every_column_is_proven(change: str) -> None:
    lines = three_seals()
    tamper(f"UPDATE audit_auditevent SET {change} WHERE id = %s", lines[0])
    assert kinds(verify()) == [("rows_changed", 1, (str(lines[0]),))]


def test_a_removed_line_is_named() -> None:
    lines = three_seals()
    tamper("DELETE FROM audit_auditevent WHERE id = %s", lines[8])
    assert kinds(verify()) == [("rows_missing", 3, (str(lines[8]),))]


def test_all_lines_of_a_seal_removed_are_named() -> None:
    lines = three_seals()
    tamper("DELETE FROM audit_auditevent WHERE id = ANY(%s)", lines[:3])
    assert kinds(verify()) == [("rows_missing", 1, tuple(map(str, lines[:3])))]


def test_a_line_slipped_into_a_sealed_range_is_named() -> None:
    three_seals()
    second = AuditSeal.objects.get(number=2)
    key = UUID(int=AuditEvent.objects.filter(txid__gte=second.from_txid).order_by("id")[0].id.int + 1)
    tamper(
        "INSERT INTO audit_auditevent (id, txid, action, object_type, object_id) VALUES (%s, %s, 'read', 'x', '1')",
        key, second.from_txid,
    )  # fmt: skip
    assert kinds(verify()) == [("rows_added", 2, (str(key),))]


def test_a_backdated_line_of_a_new_transaction_is_named() -> None:
    lines = write(2)
    sealed()
    old = AuditEvent.objects.get(pk=lines[0])
    tamper(
        "INSERT INTO audit_auditevent (id, at, action, object_type, object_id) "
        "VALUES (%s, %s - interval '1 day', 'read', 'x', '1')",
        UUID(int=old.id.int - (86_400_000 << 80)), old.at,
    )  # fmt: skip
    sealed()
    (finding,) = verify().findings
    assert (finding.kind, finding.seal, len(finding.rows)) == ("rows_backdated", 2, 1)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_seal_is_noticed_for_ever(number: int) -> None:
    three_seals()
    tamper("DELETE FROM audit_auditseal WHERE number = %s", number)
    assert ("seal_missing", number, ()) in kinds(verify())
    write(1)
    sealed()
    assert ("seal_missing", number, ()) in kinds(verify())


def test_a_changed_seal_is_noticed() -> None:
    three_seals()
    tamper("UPDATE audit_auditseal SET rows = 4 WHERE number = 2")
    assert ("seal_changed", 2, ()) in kinds(verify())


def test_a_seal_made_anew_without_the_key_is_noticed() -> None:
    lines = three_seals()
    tamper("DELETE FROM audit_auditevent WHERE id = %s", lines[8])
    tamper("DELETE FROM audit_auditseal WHERE number = 3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.AUDIT_KEY", b"not the key" * 4)
        seal()
    tamper("UPDATE audit_auditseal SET number = 3 WHERE number = 4")
    assert {kind for kind, *_ in kinds(verify())} >= {"seal_changed"}


def test_an_anchor_noted_elsewhere_proves_the_chain() -> None:
    three_seals()
    head = AuditSeal.objects.get(number=3)
    assert verify(anchor=(3, bytes(head.mac).hex())).ok
    assert kinds(verify(anchor=(3, "00" * 32))) == [("anchor_differs", 3, ())]
    assert kinds(verify(anchor=(4, "00" * 32))) == [("seal_missing", 4, ())]


def test_a_transaction_that_commits_late_is_sealed_later_and_breaks_nothing() -> None:
    started, finish = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record(action="read", object_type="test.slow", object_id="1")
                started.set()
                finish.wait(10)
        finally:
            connections.close_all()

    write(2)
    thread = threading.Thread(target=slow)
    thread.start()
    assert started.wait(10)
    write(2)
    assert sealed().rows == 2  # nothing from the open transaction on
    assert verify().ok
    finish.set()
    thread.join()
    assert sealed().rows == 4  # the slow line, two more, the verification
    assert verify().ok


def test_sealing_in_several_processes_at_once_makes_one_chain() -> None:
    def work() -> None:
        try:
            for _ in range(5):
                record(action="read", object_type="test.thing", object_id="1")
                seal()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal()
    report = verify()
    assert report.ok and report.rows == 20


def test_the_command_names_the_line_and_fails() -> None:
    lines = three_seals()
    out, err = StringIO(), StringIO()
    call_command("verify_audit", stdout=out, stderr=err)
    assert "as it was written: 3 seals, 9 sealed rows" in out.getvalue()
    tamper("DELETE FROM audit_auditevent WHERE id = %s", lines[1])
    with pytest.raises(CommandError, match="altered: 1 findings"):
        call_command("verify_audit", stdout=out, stderr=err)
    assert "rows_missing: seal 1" in err.getvalue() and str(lines[1]) in err.getvalue()


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditseal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET rows = 0", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_change(table: str, statement: str) -> None:
    three_seals()
    sql = statement.format(table).replace(
        "SET rows = 0", "SET from_txid = 0" if "seal" in table else "SET actor = ''"
    )
    with (
        pytest.raises(Exception, match="is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert verify().ok
    assert AuditEvent.objects.count() == 10


def test_a_partition_refuses_to_be_emptied_too() -> None:
    write(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_auditevent LIMIT 1")
        (partition,) = cursor.fetchone()
        with pytest.raises(Exception, match="is append-only"), transaction.atomic():
            cursor.execute(f"TRUNCATE {partition}")
    assert AuditEvent.objects.count() == 1
