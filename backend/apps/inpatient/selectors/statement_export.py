"""住院费清单 as rows of text, read in batches by key: memory stays small however long the stay."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.inpatient.selectors.statement import ITEM, charges_of
from kernel.money import fen_to_yuan

BATCH = 1_000
#: What goes out and what comes back stand in columns of their own: a minus in front would be taken for a formula.
HEADER = (
    "日期", "类别", "编码", "名称", "规格", "单位", "单价(元)", "数量", "金额(元)", "冲销数量", "冲销金额(元)", "备注",
)  # fmt: skip
CATEGORIES = {
    "registration": "挂号费", "consultation": "诊察费", "examination": "检查费", "test": "化验费",
    "western_medicine": "西药费", "chinese_patent_medicine": "中成药费", "chinese_herbal_medicine": "中草药费",
    "treatment": "治疗费", "surgery": "手术费", "nursing": "护理费", "material": "卫生材料费", "bed": "床位费",
    "deposit": "押金", "other": "其他费用",
}  # fmt: skip


def export_rows(admission_id: UUID) -> Iterator[list[str]]:
    """Header, every row of the stay, the oldest first, and the totals."""
    yield list(HEADER)
    charged = reversed_fen = 0
    last: tuple[dt.date, UUID] | None = None
    while batch := _batch(admission_id, last):
        for row in batch:
            charged += max(row["amount_fen"], 0)
            reversed_fen += max(-row["amount_fen"], 0)
            yield _line(row)
        last = (batch[-1]["day"], batch[-1]["id"])
    yield ["合计", *[""] * 7, fen_to_yuan(charged), "", fen_to_yuan(reversed_fen), ""]


def _batch(admission_id: UUID, last: tuple[dt.date, UUID] | None) -> list[dict[str, Any]]:
    rows = charges_of(admission_id)
    if last is not None:
        day, key = last
        rows = rows.filter(Q(day__gt=day) | Q(id__gt=key), day__gte=day)
    return list(rows.values("day", *ITEM)[:BATCH])


def _line(row: dict[str, Any]) -> list[str]:
    figures = [f"{abs(row['quantity']).normalize():f}", fen_to_yuan(abs(row["amount_fen"]))]
    columns = ["", "", *figures] if row["reverses_id"] else [*figures, "", ""]
    return [
        row["day"].isoformat(), CATEGORIES[row["category"]], row["code"], row["name"], row["spec"], row["unit"],
        fen_to_yuan(row["unit_price_fen"]), *columns, row["note"],
    ]  # fmt: skip
