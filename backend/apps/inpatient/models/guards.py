"""Triggers that hold what the list of charges promises, whoever writes."""

from typing import Any

import pgtrigger

# The originals are locked first: the statement after it then sees what others have reversed meanwhile.
_WITHIN = """
originals := ARRAY(SELECT reverses_id FROM added WHERE reverses_id IS NOT NULL);
IF cardinality(originals) = 0 THEN
  RETURN NULL;
END IF;
PERFORM FROM inpatient_inpatientcharge WHERE id = ANY (originals) ORDER BY id FOR NO KEY UPDATE;
IF EXISTS (
  SELECT FROM inpatient_inpatientcharge o JOIN inpatient_inpatientcharge r ON r.reverses_id = o.id
    WHERE o.id = ANY (originals)
    GROUP BY o.id
    HAVING o.reverses_id IS NOT NULL OR bool_or(r.admission_id <> o.admission_id)
      OR o.quantity + sum(r.quantity) < 0 OR o.amount_fen + sum(r.amount_fen) < 0
) THEN
  RAISE EXCEPTION 'reversals stay within the charge that they reverse' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def append_only() -> Any:
    """Rows are neither changed nor deleted."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def reversals_within() -> Any:
    """After rows were added, checked once a statement."""
    return pgtrigger.Trigger(
        name="reversals_within",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="added"),
        declare=[("originals", "uuid[]")],
        func=_WITHIN,
    )
