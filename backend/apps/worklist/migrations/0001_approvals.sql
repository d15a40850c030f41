-- What holds approvals and no caller, careless or worse, can get round.

-- Nobody decides on what the same person asked for; what was decided stays.
CREATE FUNCTION worklist_check_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.decided_by_id IS NOT NULL) THEN
    RAISE EXCEPTION 'step % of approval % is not changed any more', OLD.number, OLD.approval_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.approval_id <> OLD.approval_id THEN
    RAISE EXCEPTION 'a step stays with its approval' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.decided_by_id IS NOT NULL AND EXISTS (SELECT FROM worklist_approval AS a
      WHERE a.id = NEW.approval_id AND a.requester_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'who asked for approval % does not decide on it', NEW.approval_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_step_two_people';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decided_by_others BEFORE INSERT OR UPDATE OR DELETE ON worklist_approvalstep
  FOR EACH ROW EXECUTE FUNCTION worklist_check_step();

-- Who asked, and for what, stays; approved is what every step has approved; what has ended stays as it ended.
CREATE FUNCTION worklist_check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'approved' AND (TG_OP = 'INSERT' OR NOT EXISTS (
      SELECT FROM worklist_approvalstep AS s WHERE s.approval_id = NEW.id)
      OR EXISTS (SELECT FROM worklist_approvalstep AS s
        WHERE s.approval_id = NEW.id AND s.state <> 'approved')) THEN
    RAISE EXCEPTION 'approval % lacks a decision', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND ((NEW.requester_id, NEW.kind, NEW.subject_id, NEW.amount_fen)
      IS DISTINCT FROM (OLD.requester_id, OLD.kind, OLD.subject_id, OLD.amount_fen)) THEN
    RAISE EXCEPTION 'what approval % is about stays', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state <> 'requested' AND ((NEW.state, NEW.decided_by_id, NEW.reason, NEW.content)
      IS DISTINCT FROM (OLD.state, OLD.decided_by_id, OLD.reason, OLD.content)) THEN
    RAISE EXCEPTION 'approval % has ended', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decided_in_full BEFORE INSERT OR UPDATE ON worklist_approval
  FOR EACH ROW EXECUTE FUNCTION worklist_check_approval();
