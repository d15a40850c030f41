"""Numbered paper forms: drawn, used one by one, void with a reason, given back, verified, all accounted for."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from apps.billing.models import BillKind, Invoice, InvoicePaper, InvoiceRange
from apps.billing.services.invoices import issue_invoice
from apps.identity.models import Hospital
from apps.payments.services.closing import close_day
from kernel import clock
from tests.billing.refund_support import configure
from tests.billing.support import ADMIN, NOW, at_desk, at_once, code, issue, pay
from tests.scheduling.support import TODAY
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAY-14")
DESK = "急诊收费处"


@pytest.fixture
def forms(clinic: World) -> World:
    """Hospital 1 prints on numbered forms; `books` is finance."""
    configure(clinic, **{"billing.paper_invoices": True})
    clinic.add_staff("books", "finance", clinic.h1, [])
    clinic.add_staff("clerk2", "clerk", clinic.h1, [])
    return clinic


def draw(world: World, first: str, last: str, *, who: str = "clerk", **more: Any) -> Any:
    body = {
        "kind": "outpatient", "code": "03101", "first_no": first, "last_no": last,
        "holder_id": str(world.staff[who].pk), **more,
    }  # fmt: skip
    return at_desk(world, "books", "invoice-ranges", body)


def drawn(world: World, first: str, last: str, **more: Any) -> InvoiceRange:
    answer = draw(world, first, last, **more)
    assert answer.status_code == 201, answer.content
    return InvoiceRange.objects.get(pk=answer.json()["id"])


def invoice(world: World) -> Invoice:
    return issue_invoice(*pay(issue(world)), staff=world.staff["clerk"])


def print_it(world: World, made: Invoice, who: str = "clerk", **body: Any) -> Any:
    return at_desk(world, who, f"invoices/{made.pk}/prints", {"desk": DESK, **body})


def verb(world: World, who: str, row: InvoiceRange, name: str, body: Any = None) -> Any:
    return at_desk(world, who, f"invoice-ranges/{row.pk}/{name}", body)


def usage(world: World, row: InvoiceRange) -> dict[str, Any]:
    shown: dict[str, Any] = world.client("books").get(f"{ADMIN}/invoice-ranges/{row.pk}/usage").json()
    return shown


def test_where_forms_are_not_numbered_nothing_changes(clinic: World) -> None:
    copy = print_it(clinic, invoice(clinic)).json()
    assert (copy["paper_code"], copy["paper_no"]) == ("", "") and not InvoicePaper.objects.exists()
    assert code(print_it(clinic, invoice(clinic), paper_no="1")) == (400, "validation_error")


@pytest.mark.requirement("BOOK-10")
def test_each_print_takes_the_next_number_and_its_zeros_stay(forms: World) -> None:
    row = drawn(forms, "00000098", "00000101")
    copies = [print_it(forms, invoice(forms)).json() for _ in range(2)]
    assert [(c["paper_code"], c["paper_no"]) for c in copies] == [
        ("03101", "00000098"),
        ("03101", "00000099"),
    ]
    shown = forms.client("clerk").get(f"{ADMIN}/invoice-ranges/{row.pk}").json()
    assert (shown["state"], shown["next_no"], shown["unused_count"]) == ("in_use", "00000100", 2)


def test_a_clerk_without_forms_prints_nothing(forms: World) -> None:
    made = invoice(forms)
    assert code(print_it(forms, made)) == (409, "no_invoice_range")
    made.refresh_from_db()
    assert made.print_count == 0 and not made.prints.exists()


@pytest.mark.requirement("BOOK-10")
def test_the_range_behind_goes_on_when_one_is_used_up(forms: World) -> None:
    first, second = drawn(forms, "0001", "0001"), drawn(forms, "0005", "0006")
    numbers = [print_it(forms, invoice(forms)).json()["paper_no"] for _ in range(3)]
    assert numbers == ["0001", "0005", "0006"]
    assert code(print_it(forms, invoice(forms))) == (409, "no_invoice_range")
    for row in (first, second):
        row.refresh_from_db()
        assert (row.state, row.next_no) == ("used_up", "")


def test_a_number_that_is_not_the_next_is_refused_and_the_next_is_named(forms: World) -> None:
    drawn(forms, "00000001", "00000009")
    made = invoice(forms)
    for wrong in (
        {"paper_no": "00000002"},
        {"paper_no": "1"},
        {"paper_code": "3101", "paper_no": "00000001"},
    ):
        answer = print_it(forms, made, **wrong)
        assert code(answer) == (409, "invoice_number_not_next"), wrong
        assert (answer.json()["paper_code"], answer.json()["paper_no"]) == ("03101", "00000001")
    assert InvoiceRange.objects.get().next_number == 1
    right = print_it(forms, made, paper_code="03101", paper_no="００００ ０００１")
    assert right.json()["paper_no"] == "00000001"


def test_no_number_is_drawn_twice(forms: World) -> None:
    drawn(forms, "0010", "0019")
    for first, last in (
        ("0019", "0025"),
        ("0001", "0010"),
        ("0012", "0013"),
        ("0001", "0099"),
        ("010", "019"),
    ):
        assert code(draw(forms, first, last, who="clerk2")) == (409, "invoice_range_overlaps"), (first, last)
    assert draw(forms, "0020", "0029", who="clerk2").status_code == 201
    assert draw(forms, "0010", "0019", code="03102").status_code == 201
    assert draw(forms, "0010", "0019", kind="inpatient").status_code == 201
    wide = draw(forms, "０1００", "0109", code="０３１０1")
    assert (wide.json()["first_no"], wide.json()["code"]) == ("0100", "03101")


@pytest.mark.parametrize(
    ("first", "last"),
    [("0009", "0001"), ("1", "10"), ("A1", "A9"), ("000001", "200001"), ("1" * 20, "1" * 20)],
)
def test_numbers_are_digits_of_one_length_in_order(forms: World, first: str, last: str) -> None:
    assert code(draw(forms, first, last)) == (400, "validation_error")


def test_only_who_prints_invoices_draws_forms(forms: World) -> None:
    assert code(draw(forms, "1", "9", who="doctor_a")) == (400, "validation_error")
    assert code(draw(forms, "1", "9", who="admin2")) == (400, "validation_error")
    body = {"kind": "outpatient", "code": "1", "first_no": "1", "last_no": "2",
            "holder_id": str(forms.staff["clerk"].pk)}  # fmt: skip
    assert code(at_desk(forms, "clerk", "invoice-ranges", body)) == (403, "permission_denied")


def test_a_reprint_takes_a_new_number_and_the_old_one_is_void(forms: World) -> None:
    row = drawn(forms, "01", "09")
    made = invoice(forms)
    print_it(forms, made)
    assert code(print_it(forms, made, reason="卡纸")) == (400, "validation_error")
    again = print_it(forms, made, reason="卡纸", copy_returned=False).json()
    assert (again["paper_no"], again["copy_no"], again["is_reprint"]) == ("02", 2, True)
    old, new = InvoicePaper.objects.order_by("number")
    assert (old.state, old.void_reason, old.copy_returned, new.state) == (
        "void",
        "补打:卡纸",
        False,
        "issued",
    )
    found = usage(forms, row)
    assert (found["issued_count"], found["void_count"], found["reprint_count"], found["not_back_count"]) == (
        1,
        1,
        1,
        1,
    )


def test_a_repeated_request_takes_one_number(forms: World) -> None:
    drawn(forms, "01", "09")
    url = f"invoices/{invoice(forms).pk}/prints"
    answers = [at_desk(forms, "clerk", url, {"desk": DESK}, key="same").json() for _ in range(2)]
    assert answers[0] == answers[1] and InvoicePaper.objects.count() == 1


def test_a_void_says_why_and_whether_the_sheet_is_back(forms: World) -> None:
    drawn(forms, "01", "09")
    made = invoice(forms)
    print_it(forms, made)
    paper = InvoicePaper.objects.get()
    url = f"invoice-papers/{paper.pk}/void"
    assert code(at_desk(forms, "clerk", url, {"reason": "金额打错"})) == (400, "validation_error")
    assert code(at_desk(forms, "clerk", url, {"copy_returned": True})) == (400, "validation_error")
    assert forms.client("clerk2").get(f"{ADMIN}/invoice-papers/{paper.pk}").status_code == 404
    done = at_desk(forms, "clerk", url, {"reason": "金额打错", "copy_returned": True})
    assert (done.json()["state"], done.json()["copy_returned"], done.json()["voided_by_name"]) == (
        "void",
        True,
        "clerk",
    )
    assert code(at_desk(forms, "clerk", url, {"reason": "x", "copy_returned": True})) == (
        409,
        "state_conflict",
    )
    assert print_it(forms, made, reason="重打").json()["paper_no"] == "02"


def test_a_spoiled_form_is_void_without_an_invoice(forms: World) -> None:
    row = drawn(forms, "01", "09")
    body = {"reason": "打印机撕破", "copy_returned": True}
    assert code(verb(forms, "clerk2", row, "spoil", body)) == (404, "not_found")
    assert verb(forms, "clerk", row, "spoil", body).json()["paper_no"] == "01"
    assert print_it(forms, invoice(forms)).json()["paper_no"] == "02"
    found = usage(forms, row)
    assert (found["spoiled_count"], found["unused_from"], found["unused_to"]) == (1, "03", "09")
    assert (found["missing_count"], found["missing"], found["out_of_order"]) == (0, [], [])


def test_the_rest_goes_back_is_verified_by_another_and_drawn_again(forms: World) -> None:
    row = drawn(forms, "01", "09")
    print_it(forms, invoice(forms))
    assert code(verb(forms, "books", row, "verify")) == (409, "state_conflict")
    assert verb(forms, "clerk", row, "give-back").json()["state"] == "returned"
    assert code(verb(forms, "clerk", row, "give-back")) == (409, "state_conflict")
    assert code(print_it(forms, invoice(forms))) == (409, "no_invoice_range")
    found = usage(forms, row)
    assert (found["unused_count"], found["unused_from"], found["unused_is_returned"]) == (8, "02", True)
    assert code(draw(forms, "01", "09", who="clerk2")) == (409, "invoice_range_overlaps")
    assert draw(forms, "02", "09", who="clerk2").status_code == 201
    assert verb(forms, "books", row, "verify").json()["verified_by_name"] == "books"
    assert code(verb(forms, "books", row, "verify")) == (409, "state_conflict")


def test_nobody_verifies_an_own_range_under_another_account_either(forms: World) -> None:
    row = drawn(forms, "01", "09")
    verb(forms, "clerk", row, "give-back")
    for name in ("clerk", "books"):
        forms.staff[name].phone = "13800138097"
        forms.staff[name].save()
    assert code(verb(forms, "books", row, "verify")) == (409, "verifier_is_holder")
    assert code(verb(forms, "clerk", row, "verify")) == (403, "permission_denied")


def test_a_clerk_sees_own_ranges_and_finance_all(forms: World) -> None:
    mine, other = drawn(forms, "01", "09"), drawn(forms, "11", "19", who="clerk2")
    lists = {
        who: forms.client(who).get(f"{ADMIN}/invoice-ranges").json()["results"] for who in ("clerk", "books")
    }
    assert [row["id"] for row in lists["clerk"]] == [str(mine.pk)]
    assert {row["id"] for row in lists["books"]} == {str(mine.pk), str(other.pk)}
    assert forms.client("clerk").get(f"{ADMIN}/invoice-ranges/{other.pk}/usage").status_code == 404
    assert forms.client("admin2").get(f"{ADMIN}/invoice-ranges").json()["count"] == 0


def test_the_database_takes_no_number_out_of_turn_and_forgets_none(forms: World) -> None:
    row = drawn(forms, "01", "09")
    print_it(forms, invoice(forms))
    paper = InvoicePaper.objects.get()
    made = invoice(forms)
    staff = forms.staff["clerk"]
    for number in (1, 3):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            InvoicePaper.objects.create(
                hospital=forms.h1, range=row, number=number, paper_no="x", invoice=made, issued_by=staff,
                issued_at=paper.issued_at,
            )  # fmt: skip
    for change in ({"number": 5}, {"paper_no": "77"}):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            InvoicePaper.objects.filter(pk=paper.pk).update(**change)
    for table in ("billing_invoicepaper", "billing_invoicerange"):
        with (
            pytest.raises((IntegrityError, InternalError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_one_clerk_never_share_or_skip_a_number(forms: World) -> None:
    row, behind = drawn(forms, "01", "03"), drawn(forms, "11", "19")
    made = [invoice(forms) for _ in range(6)]
    answers = at_once([lambda one=one: print_it(forms, one) for one in made])
    assert sorted(a.json()["paper_no"] for a in answers) == ["01", "02", "03", "11", "12", "13"]
    for each in (row, behind):
        found = usage(forms, each)
        assert (found["issued_count"], found["missing_count"], found["out_of_order"]) == (3, 0, [])


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_draw_the_same_numbers_at_once_one_gets_them(forms: World) -> None:
    answers = at_once([lambda who=who: draw(forms, "01", "09", who=who) for who in ("clerk", "clerk2")])
    assert sorted(a.status_code for a in answers) == [201, 409]


@pytest.mark.django_db(transaction=True)
def test_a_print_that_is_rolled_back_gives_its_number_back(forms: World) -> None:
    drawn(forms, "01", "09")
    made = invoice(forms)
    print_it(forms, made)
    assert code(print_it(forms, made, copy_returned=True)) == (400, "invoice_reprint_needs_reason")
    Hospital.objects.filter(pk=forms.h1.pk).update(
        settings={**forms.h1.settings, "billing.paper_invoices": True, "billing.invoice_desk": DESK}
    )
    assert code(print_it(forms, invoice(forms), desk="门诊")) == (409, "invoice_desk")
    assert print_it(forms, invoice(forms)).json()["paper_no"] == "02"


@pytest.mark.requirement("CLN-10")
def test_a_form_of_a_closed_day_is_voided_today_and_never_in_that_day(forms: World) -> None:
    drawn(forms, "01", "09")
    print_it(forms, invoice(forms))
    paper = InvoicePaper.objects.get()
    with clock.frozen(NOW + dt.timedelta(days=1)):
        close_day(hospital=forms.h1, day=TODAY, by=forms.staff["books"])
        body = {"reason": "退费", "copy_returned": True}
        assert at_desk(forms, "clerk", f"invoice-papers/{paper.pk}/void", body).status_code == 200
        again = print_it(forms, invoice(forms)).json()
        other = InvoicePaper.objects.get(paper_no=again["paper_no"])
        void = {"state": "void", "void_reason": "x", "copy_returned": True, "voided_by": forms.staff["clerk"]}
        with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
            InvoicePaper.objects.filter(pk=other.pk).update(voided_at=NOW, **void)


def deposit(world: World) -> Invoice:
    """The invoice of an inpatient deposit."""
    return issue_invoice(*pay(issue(world, kind=BillKind.INPATIENT_DEPOSIT)), staff=world.staff["clerk"])


def elsewhere(world: World) -> InvoiceRange:
    """The clerk holds forms of another hospital, too, and prints on them there."""
    return InvoiceRange.objects.create(
        hospital=world.h2, kind="outpatient", code="09999", digits=2, first_number=1, last_number=9, next_number=1,
        holder=world.staff["clerk"], drawn_by=world.staff["books"], state="in_use",
    )  # fmt: skip


def test_forms_of_another_hospital_are_not_printed_on(forms: World) -> None:
    other = elsewhere(forms)
    made = invoice(forms)
    assert code(print_it(forms, made)) == (409, "no_invoice_range")
    drawn(forms, "01", "09")
    assert print_it(forms, made).json()["paper_code"] == "03101"
    other.refresh_from_db()
    assert (other.next_number, other.state) == (1, "in_use")


def test_a_deposit_is_printed_on_inpatient_forms_and_all_else_on_outpatient_ones(forms: World) -> None:
    stay, visit = deposit(forms), invoice(forms)
    drawn(forms, "01", "09", kind="inpatient", code="03201")
    assert code(print_it(forms, visit)) == (409, "no_invoice_range")
    assert print_it(forms, stay).json()["paper_code"] == "03201"
    drawn(forms, "01", "09")
    assert print_it(forms, visit).json()["paper_code"] == "03101"
    drawn(forms, "11", "19")
    assert print_it(forms, deposit(forms)).json()["paper_no"] == "02"


def test_a_form_of_either_kind_is_spoiled_in_its_turn(forms: World) -> None:
    body = {"reason": "卡纸", "copy_returned": True}
    visits, behind = drawn(forms, "01", "01"), drawn(forms, "11", "19")
    stays = drawn(forms, "01", "09", kind="inpatient", code="03201")
    assert verb(forms, "clerk", stays, "spoil", body).json()["paper_code"] == "03201"
    assert code(verb(forms, "clerk", behind, "spoil", body)) == (409, "state_conflict")
    assert verb(forms, "clerk", visits, "spoil", body).json()["paper_no"] == "01"
    assert code(verb(forms, "clerk", visits, "spoil", body)) == (409, "state_conflict")
    assert verb(forms, "clerk", behind, "spoil", body).json()["paper_no"] == "11"


def test_a_form_is_voided_by_whoever_of_the_hospital_may(forms: World) -> None:
    drawn(forms, "01", "09")
    body = {"reason": "退费", "copy_returned": True}
    for who in ("clerk2", "books"):
        made = invoice(forms)
        number = print_it(forms, made).json()["paper_no"]
        url = f"invoice-papers/{InvoicePaper.objects.get(paper_no=number).pk}/void"
        assert code(at_desk(forms, "admin2", url, body)) == (404, "not_found")
        assert code(at_desk(forms, "doctor_a", url, body)) == (403, "permission_denied")
        assert at_desk(forms, who, url, body).json()["voided_by_name"] == who
        assert code(at_desk(forms, who, url, body)) == (409, "state_conflict")


@pytest.mark.requirement("CLN-10")
def test_what_straddles_the_close_of_its_day_is_refused_and_says_so(forms: World) -> None:
    row, made = drawn(forms, "01", "09"), invoice(forms)
    print_it(forms, made)
    paper = InvoicePaper.objects.get()
    with clock.frozen(NOW + dt.timedelta(days=1)):
        close_day(hospital=forms.h1, day=TODAY, by=forms.staff["books"])
    body = {"reason": "退费", "copy_returned": True}
    answers = (  # each began before midnight
        print_it(forms, invoice(forms)),
        print_it(forms, made, reason="重打", copy_returned=True),
        at_desk(forms, "clerk", f"invoice-papers/{paper.pk}/void", body),
        verb(forms, "clerk", row, "spoil", body),
    )
    for answer in answers:
        assert code(answer) == (409, "day_closed"), answer.content
        assert answer.json()["business_date"] == str(TODAY)
    row.refresh_from_db()
    paper.refresh_from_db()
    made.refresh_from_db()
    assert (row.next_number, paper.state, made.print_count) == (2, "issued", 1)


@pytest.mark.django_db(transaction=True)
def test_prints_and_spoiled_forms_at_once_never_wait_in_a_circle(forms: World) -> None:
    first, behind = drawn(forms, "01", "04"), drawn(forms, "11", "19")
    made = [invoice(forms) for _ in range(6)]
    body = {"reason": "卡纸", "copy_returned": True}
    jobs: list[Any] = []
    for one in made:
        jobs += [
            lambda one=one: print_it(forms, one),
            lambda: verb(forms, "clerk", behind, "spoil", body),
        ]
    answers = at_once(jobs)
    assert {getattr(a, "status_code", a) for a in answers} <= {200, 201, 409}, answers
    assert [a.status_code for a in answers[::2]] == [201] * 6
    for each in (first, behind):
        assert usage(forms, each)["missing_count"] == 0
