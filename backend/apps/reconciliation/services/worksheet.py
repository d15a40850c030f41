"""差异处理表: open differences as a sheet, and the sheet back with how each should be settled; all of it or nothing."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.identity.models import StaffMember
from apps.imports.reasons import Words, reason
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
from apps.reconciliation.models import (
    Action,
    CounterpartyKind,
    Difference,
    DifferenceKind,
    Direction,
    ReasonCode,
)
from apps.reconciliation.services.propose import propose
from apps.reconciliation.states import DifferenceState
from kernel import clock
from kernel.errors import DomainError
from kernel.ids import uuid_of
from kernel.money import fen_to_yuan
from kernel.sheets import (
    IGNORED,
    BadCell,
    Form,
    Heading,
    Line,
    SheetProblem,
    bare_title,
    kind_of,
    plain,
    read_heading,
    rows_of,
    write_template,
)
from kernel.words import words_of_values

MAX_SHOWN, MAX_PROPOSED, MAX_TEXT = 5_000, 500, 200
#: What a sheet can say; links need the ids of others and are made on the page.
ACTIONS = (
    Action.WRITE_OFF, Action.TAKE_UP, Action.CARRY_FORWARD, Action.VOID_TEST, Action.TELL_HIS, Action.WITHDRAW_HIS,
)  # fmt: skip
ID, ACTION, CODE, TEXT, UNTIL = "差异编号", "处理方式", "原因代码", "原因说明", "结转至"
SHOWN = (
    "业务日期", "对账对象", "对账账户", "类型", "方向", "我方单号", "对方流水号", "我方金额(元)", "对方金额(元)",
    "长短款(元)", "账龄(天)", "查证结果",
)  # fmt: skip
TITLES = (ID, *SHOWN, ACTION, CODE, TEXT, UNTIL)
_FIELDS = {ID: "id", ACTION: "action", CODE: "reason_code", TEXT: "reason", UNTIL: "carried_until"}
FORM = Form(
    code="worksheet", zh="差异处理表", en="Worksheet of differences",
    known={**{bare_title(title): IGNORED for title in SHOWN}, **{bare_title(t): name for t, name in _FIELDS.items()}},
    required={"id": ID, "action": ACTION, "reason_code": CODE, "reason": TEXT},
)  # fmt: skip
WORDS: Words = {
    "unknown_difference": ("没有该差异,或不是待处理", "There is no such difference, or it is not open."),
    "not_open": ("该差异已不是待处理状态", "The difference is not open any more."),
    "twice": ("与第 {row_of} 行是同一差异", "The same difference as in row {row_of}."),
    "too_many": ("一次最多处理 500 条", "At most 500 at once."),
    "too_many_rows": ("行数超过上限 5,000", "More than 5,000 rows."),
    "bad_day": ("日期格式须为 2026-01-31", "A day as 2026-01-31."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row asks for."""

    row: int
    id: UUID
    action: Action
    reason_code: ReasonCode
    reason: str
    carried_until: dt.date | None


Problem = dict[str, Any]


def write_worksheet(rows: QuerySet[Difference], target: IO[bytes]) -> None:
    """The open ones among the rows, the oldest first, at most MAX_SHOWN, and a sheet that says how to fill it in."""
    found = rows.filter(state=DifferenceState.OPEN).select_related("run").order_by("business_date", "pk")
    write_template(target, titles=TITLES, examples=map(_shown, found[:MAX_SHOWN]), notes=_notes())


def _shown(row: Difference) -> Sequence[str]:
    counterparty, kind, direction = (
        _said(CounterpartyKind, row.counterparty), _said(DifferenceKind, row.kind), _said(Direction, row.direction),
    )  # fmt: skip
    age = (clock.today() - row.business_date).days
    return [
        str(row.pk), row.business_date.isoformat(), counterparty, row.run.account_name, kind, direction, row.key,
        row.reference, fen_to_yuan(row.our_fen), fen_to_yuan(row.their_fen), fen_to_yuan(row.effect_fen), str(age),
        row.outcome, "", "", "", "",
    ]  # fmt: skip


def _notes() -> list[tuple[str, str]]:
    return [
        (ID, "请勿修改;用于认出该差异"),
        (ACTION, f"留空则不处理。可填:{_choices(ACTIONS)}"),
        (CODE, f"必填。可填:{_choices(list(ReasonCode))}"),
        (TEXT, "必填,最多 200 字:为什么这样处理"),
        (UNTIL, "处理方式为“结转”时必填:结转至哪一天,形如 2026-01-31,业务日期之后 7 天以内"),
        ("其他各列", "仅供查看,修改无效"),
        ("上传之后", "一行有误则全部不提交,并逐行说明;提交后须由另一人审批"),
    ]


def _choices(values: Sequence[Any]) -> str:
    return "、".join(_said(type(value), value.value) for value in values)


def _said(enum: Any, value: str) -> str:
    """In the language of the request."""
    return words_of_values(enum.values)[value].text


def take_worksheet(
    rows: QuerySet[Difference], file: IO[bytes], *, by: StaffMember
) -> tuple[int, list[Problem]]:
    """Propose what the sheet says of `rows`; (how many, []), or (0, everything that is wrong with it).

    A problem: {row, column, code, reason}.
    """
    try:
        entries, problems = _read(file)
    except SheetProblem as problem:
        return 0, [_of_sheet(found) for found in problem.findings]
    if len(entries) > MAX_PROPOSED:
        problems.append(_problem(entries[MAX_PROPOSED].row, ID, "too_many"))
    known = {row.pk: row for row in rows.select_related("run").filter(pk__in=[entry.id for entry in entries])}
    problems += _unknown(entries, known)
    if problems:
        return 0, sorted(problems, key=lambda found: int(found["row"]))
    return _propose(entries, known, by)


def _propose(
    entries: Sequence[Entry], known: Mapping[UUID, Difference], by: StaffMember
) -> tuple[int, list[Problem]]:
    """All of them, each checked by the rules of every proposal; none where one is refused."""
    problems: list[Problem] = []
    with transaction.atomic():
        for entry in sorted(entries, key=lambda entry: (known[entry.id].run.account_id, entry.id)):
            try:
                with transaction.atomic():
                    propose(
                        known[entry.id], by=by, action=entry.action, reason=entry.reason, reason_code=entry.reason_code,
                        carried_until=entry.carried_until,
                    )  # fmt: skip
            except DomainError as error:
                problems.append(_refused(entry, error))
        if problems:
            transaction.set_rollback(True)
    if problems:
        return 0, sorted(problems, key=lambda found: int(found["row"]))
    return len(entries), []


def _refused(entry: Entry, error: DomainError) -> Problem:
    column = UNTIL if error.field == "carried_until" else ACTION
    expected = getattr(error, "expected", None)
    code, said = (expected.code, expected.text) if expected is not None else (error.code, error.text)
    return {"row": entry.row, "column": column, "code": code, "reason": said}


def _read(file: IO[bytes]) -> tuple[list[Entry], list[Problem]]:
    head = file.read(512)
    file.seek(0)
    heading, lines = read_heading(rows_of(file, kind_of(head), most_rows=MAX_SHOWN + 1, forms=[FORM]), [FORM])
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line in lines:
        said = _texts(heading, line)
        if not said.get("action"):
            continue
        wrong = list(_wrong(line.number, said))
        problems += wrong
        if not wrong:
            entries.append(_entry(line.number, said))
    return entries, problems


def _texts(heading: Heading, line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, _, cell in heading.of(line):
        if name is not None and name != IGNORED:
            found[name] = cell if isinstance(cell, BadCell) else plain(cell)
    return found


def _wrong(row: int, said: Mapping[str, Any]) -> Iterator[Problem]:
    titles = {name: title for title, name in _FIELDS.items()}
    bad = {name: cell for name, cell in said.items() if isinstance(cell, BadCell)}
    for name, cell in bad.items():
        yield _problem(row, titles[name], cell.code, shown=cell.shown)
    if bad:
        return
    if uuid_of(said.get("id", "")) is None:
        yield _problem(row, ID, "unknown_difference")
    if _choice(said["action"], ACTIONS) is None:
        yield _problem(row, ACTION, "unknown_choice", choices=_choices(ACTIONS))
    if not said.get("reason_code"):
        yield _problem(row, CODE, "required")
    elif _choice(said["reason_code"], list(ReasonCode)) is None:
        yield _problem(row, CODE, "unknown_choice", choices=_choices(list(ReasonCode)))
    if not said.get("reason"):
        yield _problem(row, TEXT, "required")
    elif len(said["reason"]) > MAX_TEXT:
        yield _problem(row, TEXT, "too_long")
    if said.get("carried_until") and _day(said["carried_until"]) is None:
        yield _problem(row, UNTIL, "bad_day")


def _entry(row: int, said: Mapping[str, Any]) -> Entry:
    known, action, code = (
        uuid_of(said["id"]),
        _choice(said["action"], ACTIONS),
        _choice(said["reason_code"], ReasonCode),
    )
    return Entry(row, known, action, code, said["reason"], _day(said.get("carried_until", "")))  # type: ignore[arg-type]


def _unknown(entries: Sequence[Entry], known: Mapping[UUID, Difference]) -> Iterator[Problem]:
    seen: dict[UUID, int] = {}
    for entry in entries:
        row = known.get(entry.id)
        if entry.id in seen:
            yield _problem(entry.row, ID, "twice", row_of=seen[entry.id])
        elif row is None:
            yield _problem(entry.row, ID, "unknown_difference")
        elif row.state != DifferenceState.OPEN:
            yield _problem(entry.row, ID, "not_open")
        elif entry.action not in COUNTERPARTIES[row.counterparty].actions:
            yield _problem(entry.row, ACTION, "unknown_choice", choices=_allowed(row))
        seen.setdefault(entry.id, entry.row)


def _allowed(row: Difference) -> str:
    return _choices([action for action in ACTIONS if action in COUNTERPARTIES[row.counterparty].actions])


def _problem(row: int, column: str, code: str, **more: Any) -> Problem:
    found = {"row": row, "column": column, "code": code, **more}
    return {"row": row, "column": column, "code": code, "reason": reason(found, WORDS)}


def _of_sheet(found: Mapping[str, Any]) -> Problem:
    row, column = int(found.get("row") or found.get("line") or 1), str(found.get("column", ""))
    return {"row": row, "column": column, "code": str(found["code"]), "reason": reason(found, WORDS)}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _choice(text: str, values: Any) -> Any:
    """A value by its code or its words in either language."""
    for value in values:
        said = words_of_values(type(value).values)[value.value]
        if text in (value.value, said.zh, said.en):
            return value
    return None
