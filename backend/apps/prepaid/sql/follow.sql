-- why: the account is locked before its lot is touched, as holds do it too.
WITH account AS MATERIALIZED (
  SELECT id FROM prepaid_prepaidaccount
    WHERE hospital_id = %(hospital_id)s AND kind = %(account_kind)s AND owner = %(owner)s FOR NO KEY UPDATE
-- why: the only lot; there is none before the first movement, and then nothing is written.
), lot AS (
  SELECT lot.id, lot.account_id FROM account JOIN prepaid_prepaidlot AS lot ON lot.account_id = account.id
    WHERE lot.source = '' AND lot.part = 'principal'
-- why: without a lot nothing is written, and the caller opens one.
), made AS (
  INSERT INTO prepaid_prepaidmovement (account_id, {columns}) SELECT lot.account_id, {values} FROM lot RETURNING id
-- why: the lot itself follows its parts by a trigger, which refuses what is held.
), part AS (
  INSERT INTO prepaid_prepaidmovementpart (movement_id, lot_id, left_change_fen, held_change_fen)
    SELECT made.id, lot.id, %(amount_fen)s, 0 FROM made, lot
)
SELECT count(*) FROM made
