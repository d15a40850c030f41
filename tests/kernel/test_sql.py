"""Statements in files: completed with fragments of our own, or refused."""

from pathlib import Path

import pytest

from kernel import sql


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some" / "sql").mkdir(parents=True)
    (tmp_path / "some" / "sql" / "find.sql").write_text(
        "-- why: one is enough\nSELECT {columns} FROM t\n  -- why: 100% ours\nWHERE id = %(id)s AND a = '{}'\n"
    )
    monkeypatch.setattr(sql, "_ROOT", tmp_path)
    monkeypatch.setattr(sql, "STATEMENTS", {})


def test_fragments_are_filled_in_and_comments_left_out(file: None) -> None:
    assert (
        sql.statement("some", "find", columns="a, b")
        == "SELECT a, b FROM t\nWHERE id = %(id)s AND a = '{}'\n"
    )


@pytest.mark.parametrize("fragments", [{}, {"column": "a"}, {"columns": "a", "more": "b"}])
def test_a_fragment_that_is_missing_or_unknown_is_refused(file: None, fragments: dict[str, str]) -> None:
    with pytest.raises(
        TypeError, match=r"fragments that are missing or unknown: (columns|column, columns|more)"
    ):
        sql.statement("some", "find", **fragments)
