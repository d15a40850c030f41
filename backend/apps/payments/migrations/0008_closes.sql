-- Days that are closed take nothing. A posting holds its day in common until it commits; a close holds it alone.
-- Busy tables get their triggers one by one in the migrations after this, so that none is locked with another.

CREATE FUNCTION payments_day_key(hospital uuid, day date) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT hashtextextended(hospital::text || ' ' || (day - DATE '2000-01-01')::text, 29)
$$;

-- The newest closed day, null for none. From then on the first open day of `day` and later is not closed until the
-- caller's transaction has ended. Each statement in here sees what was committed while the lock was waited for.
CREATE FUNCTION payments_hold_day(hospital uuid, day date) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
  closed date;
BEGIN
  LOOP
    PERFORM pg_advisory_xact_lock_shared(payments_day_key(hospital, day));
    SELECT max(business_date) INTO closed FROM payments_dailyclose
      WHERE hospital_id = hospital AND state = 'closed';
    IF closed IS NULL OR closed < day THEN
      RETURN closed;
    END IF;
    day := closed + 1;
  END LOOP;
END $$;

CREATE FUNCTION payments_open_day_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF payments_hold_day(NEW.hospital_id, NEW.posted_on) >= NEW.posted_on THEN
    RAISE EXCEPTION 'day % is closed', NEW.posted_on USING
      ERRCODE = 'restrict_violation', CONSTRAINT = 'payments_day_closed', DETAIL = NEW.posted_on;
  END IF;
  RETURN NEW;
END $$;

-- For rows of other tables: the column that says when, of the row as it was ('old') or as it is to be ('new').
CREATE FUNCTION payments_closed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said jsonb := CASE TG_ARGV[1] WHEN 'new' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
  day date := ((said ->> TG_ARGV[0])::timestamptz AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  IF day IS NOT NULL AND payments_hold_day((said ->> 'hospital_id')::uuid, day) >= day THEN
    RAISE EXCEPTION 'day % of this % is closed', day, TG_TABLE_NAME USING
      ERRCODE = 'restrict_violation', CONSTRAINT = 'payments_day_closed', DETAIL = day;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;

-- Whoever closes or reopens periods of a hospital goes one after the other, and has the day alone.
CREATE FUNCTION payments_take_day(hospital uuid, day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(hospital::text, 30));
  PERFORM pg_advisory_xact_lock(payments_day_key(hospital, day - 1));
  PERFORM pg_advisory_xact_lock(payments_day_key(hospital, day));
END $$;

CREATE FUNCTION payments_guard_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'closed' OR TG_OP = 'UPDATE' AND (
    OLD.state <> 'closed' OR (to_jsonb(OLD) - 'state' - 'approval_id' - 'reopened_by_id' - 'reopened_at'
      - 'reopen_reason' - 'version' - 'updated_at') IS DISTINCT FROM (to_jsonb(NEW) - 'state' - 'approval_id'
      - 'reopened_by_id' - 'reopened_at' - 'reopen_reason' - 'version' - 'updated_at')) THEN
    RAISE EXCEPTION 'a close is not changed, but reopened' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION payments_guard_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  newest date;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
    RETURN NEW;
  END IF;
  PERFORM payments_take_day(NEW.hospital_id, NEW.business_date);
  SELECT max(business_date) INTO newest FROM payments_dailyclose
    WHERE hospital_id = NEW.hospital_id AND state = 'closed';
  IF TG_OP = 'INSERT' AND newest IS NOT NULL AND NEW.business_date <> newest + 1
    OR TG_OP = 'UPDATE' AND NEW.business_date <> newest THEN
    RAISE EXCEPTION 'days are closed in order and the newest is reopened' USING ERRCODE = 'restrict_violation';
  END IF;
  IF EXISTS (SELECT FROM payments_monthlyclose WHERE hospital_id = NEW.hospital_id AND state = 'closed'
    AND month >= to_char(NEW.business_date, 'YYYY-MM')) THEN
    RAISE EXCEPTION 'the month of % is closed', NEW.business_date USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION payments_guard_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  newest text; begin_day date := (NEW.month || '-01')::date; end_day date;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
    RETURN NEW;
  END IF;
  PERFORM payments_take_day(NEW.hospital_id, begin_day);
  end_day := (begin_day + INTERVAL '1 month')::date - 1;
  SELECT max(month) INTO newest FROM payments_monthlyclose
    WHERE hospital_id = NEW.hospital_id AND state = 'closed';
  IF TG_OP = 'UPDATE' AND NEW.month <> newest OR TG_OP = 'INSERT' AND (
    newest IS NOT NULL AND begin_day <> (newest || '-01')::date + INTERVAL '1 month'
    OR NOT EXISTS (SELECT FROM payments_dailyclose
      WHERE hospital_id = NEW.hospital_id AND state = 'closed' AND business_date = end_day)) THEN
    RAISE EXCEPTION 'months are closed in order, after their last day' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guarded BEFORE INSERT OR UPDATE ON payments_dailyclose
  FOR EACH ROW EXECUTE FUNCTION payments_guard_close();
CREATE TRIGGER in_order BEFORE INSERT OR UPDATE ON payments_dailyclose
  FOR EACH ROW EXECUTE FUNCTION payments_guard_day();
CREATE TRIGGER kept BEFORE DELETE ON payments_dailyclose FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments_dailyclose
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER guarded BEFORE INSERT OR UPDATE ON payments_monthlyclose
  FOR EACH ROW EXECUTE FUNCTION payments_guard_close();
CREATE TRIGGER in_order BEFORE INSERT OR UPDATE ON payments_monthlyclose
  FOR EACH ROW EXECUTE FUNCTION payments_guard_month();
CREATE TRIGGER kept BEFORE DELETE ON payments_monthlyclose FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments_monthlyclose
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
