-- What holds the ledger and no caller, careless or worse, can get round.

ALTER TABLE payments_ledgerentry ALTER COLUMN id SET GENERATED ALWAYS;
ALTER TABLE payments_ledgerbalance SET (fillfactor = 50);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_ledgeraccount
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments_ledgeraccount
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_ledgertransaction
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments_ledgertransaction
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments_ledgerentry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION payments_refuse_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'balances follow entries and are not written' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER follows_entries BEFORE INSERT OR UPDATE OR DELETE ON payments_ledgerbalance
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION payments_refuse_balance();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments_ledgerbalance
  FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_balance();

CREATE FUNCTION payments_open_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO payments_ledgerbalance (account_id, stripe, is_prepaid, balance_fen)
    SELECT NEW.id, stripe, NEW.kind IN ('booking_deposit', 'stored_value', 'inpatient_deposit', 'card_balance'), 0
      FROM generate_series(0, CASE WHEN NEW.kind IN ('booking_deposit', 'stored_value', 'inpatient_deposit', 'card_balance') THEN 0 ELSE 15 END) AS stripe;
  RETURN NULL;
END $$;
CREATE TRIGGER opened AFTER INSERT ON payments_ledgeraccount FOR EACH ROW EXECUTE FUNCTION payments_open_account();

-- All entries of a transaction come in one statement: then they can be judged at once, and a transaction that was
-- committed takes no more of them. Accounts are moved in the order of their keys, prepaid ones before the stripes
-- that everybody needs; a stripe that somebody else holds is passed over.
CREATE FUNCTION payments_take_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong uuid; moved record; chosen smallint;
BEGIN
  SELECT came.transaction_id INTO wrong
    FROM (SELECT transaction_id, count(*) AS number, sum(amount_fen) AS total
      FROM added GROUP BY transaction_id) AS came
    WHERE came.number < 2 OR came.total <> 0 OR came.number <> (
      SELECT count(*) FROM payments_ledgerentry AS e WHERE e.transaction_id = came.transaction_id);
  IF FOUND THEN
    RAISE EXCEPTION 'the entries of transaction % do not balance in one statement', wrong
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT a.transaction_id INTO wrong FROM added AS a
    LEFT JOIN payments_ledgertransaction AS t ON t.id = a.transaction_id
    LEFT JOIN payments_ledgeraccount AS o ON o.id = a.account_id
    WHERE (t.hospital_id = a.hospital_id AND o.hospital_id = a.hospital_id) IS NOT TRUE;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % and its accounts are not of one hospital', wrong
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  FOR moved IN
    SELECT a.account_id, sum(a.amount_fen) AS amount, o.kind IN ('booking_deposit', 'stored_value', 'inpatient_deposit', 'card_balance') AS is_prepaid
      FROM added AS a JOIN payments_ledgeraccount AS o ON o.id = a.account_id
      GROUP BY a.account_id, o.kind ORDER BY is_prepaid DESC, a.account_id
  LOOP
    chosen := 0;
    IF NOT moved.is_prepaid THEN
      SELECT stripe INTO chosen FROM payments_ledgerbalance WHERE account_id = moved.account_id
        ORDER BY (stripe - pg_backend_pid()) & 15 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
      chosen := coalesce(chosen, pg_backend_pid() & 15);
    END IF;
    UPDATE payments_ledgerbalance SET balance_fen = balance_fen + moved.amount
      WHERE account_id = moved.account_id AND stripe = chosen;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'account % has no balance', moved.account_id USING ERRCODE = 'foreign_key_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER taken AFTER INSERT ON payments_ledgerentry REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION payments_take_entries();

CREATE FUNCTION payments_check_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) < 2 OR sum(amount_fen) <> 0 FROM payments_ledgerentry WHERE transaction_id = NEW.id) THEN
    RAISE EXCEPTION 'transaction % does not balance', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON payments_ledgertransaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_transaction();

-- A sum that stays a bigint (an error beyond it): twice as fast as the built-in one, which widens every value.
CREATE AGGREGATE payments_sum(bigint) (
  SFUNC = int8pl, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE);
