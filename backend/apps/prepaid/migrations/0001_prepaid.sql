-- What holds prepaid accounts and no caller, careless or worse, can get round.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON prepaid_prepaidmovement
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON prepaid_prepaidmovement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON prepaid_prepaidmovementpart
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON prepaid_prepaidmovementpart
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A lot is opened empty; what is in it follows the parts of movements.
CREATE FUNCTION prepaid_refuse_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.left_fen <> 0 OR NEW.held_fen <> 0 THEN
      RAISE EXCEPTION 'a lot is opened empty' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'lots follow movements and are not written' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER follows_parts BEFORE INSERT OR UPDATE OR DELETE ON prepaid_prepaidlot
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION prepaid_refuse_lot();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON prepaid_prepaidlot
  FOR EACH STATEMENT EXECUTE FUNCTION prepaid_refuse_lot();

CREATE FUNCTION prepaid_take_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE prepaid_prepaidlot AS lot
    SET left_fen = lot.left_fen + NEW.left_change_fen, held_fen = lot.held_fen + NEW.held_change_fen,
      updated_at = clock_timestamp()
    FROM prepaid_prepaidmovement AS movement
    WHERE lot.id = NEW.lot_id AND movement.id = NEW.movement_id AND movement.account_id = lot.account_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'movement % and lot % are of two accounts', NEW.movement_id, NEW.lot_id
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER taken AFTER INSERT ON prepaid_prepaidmovementpart
  FOR EACH ROW EXECUTE FUNCTION prepaid_take_part();

-- A movement is the sum of its parts, and the lots are what the ledger says, when the transaction ends.
CREATE FUNCTION prepaid_check(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lots bigint; booked bigint;
BEGIN
  SELECT coalesce(sum(left_fen), 0) INTO lots FROM prepaid_prepaidlot WHERE account_id = checked;
  SELECT coalesce(-sum(b.balance_fen), 0) INTO booked FROM prepaid_prepaidaccount AS a
    JOIN payments_ledgeraccount AS l ON l.hospital_id = a.hospital_id AND l.kind = a.kind AND l.owner = a.owner
    JOIN payments_ledgerbalance AS b ON b.account_id = l.id
    WHERE a.id = checked;
  IF lots <> booked THEN
    RAISE EXCEPTION 'prepaid account % holds % in lots and % in the ledger', checked, lots, booked
      USING ERRCODE = 'check_violation';
  END IF;
END $$;

CREATE FUNCTION prepaid_check_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount_fen <> (SELECT coalesce(sum(left_change_fen), 0) FROM prepaid_prepaidmovementpart
      WHERE movement_id = NEW.id) THEN
    RAISE EXCEPTION 'movement % is not the sum of its parts', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  PERFORM prepaid_check(NEW.account_id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON prepaid_prepaidmovement
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION prepaid_check_movement();

-- Only balances of prepaid accounts are looked at: an account that everybody posts to costs nothing.
CREATE FUNCTION prepaid_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked uuid;
BEGIN
  SELECT a.id INTO checked FROM payments_ledgeraccount AS l
    JOIN prepaid_prepaidaccount AS a ON a.hospital_id = l.hospital_id AND a.kind = l.kind AND a.owner = l.owner
    WHERE l.id = NEW.account_id;
  IF NOT FOUND THEN
    IF NEW.balance_fen = 0 THEN  -- what came went in one posting
      RETURN NULL;
    END IF;
    RAISE EXCEPTION 'prepaid account % was moved without lots', NEW.account_id USING ERRCODE = 'check_violation';
  END IF;
  PERFORM prepaid_check(checked);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_lots AFTER UPDATE ON payments_ledgerbalance
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_prepaid) EXECUTE FUNCTION prepaid_check_balance();
