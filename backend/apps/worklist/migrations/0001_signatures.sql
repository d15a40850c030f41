-- A signature says once that it is void, and nothing else about it ever changes.
CREATE FUNCTION worklist_check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL
      AND to_jsonb(NEW) - ARRAY['voided_at', 'void_reason', 'updated_at']
        = to_jsonb(OLD) - ARRAY['voided_at', 'void_reason', 'updated_at'] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'signatures are not changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER void_once BEFORE UPDATE ON worklist_signature
  FOR EACH ROW EXECUTE FUNCTION worklist_check_signature();
CREATE TRIGGER append_only BEFORE DELETE ON worklist_signature
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON worklist_signature
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
