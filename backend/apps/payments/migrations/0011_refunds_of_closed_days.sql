CREATE TRIGGER closed_new BEFORE INSERT ON payments_refund
  FOR EACH ROW WHEN (NEW.succeeded_at IS NOT NULL) EXECUTE FUNCTION payments_closed_stays('succeeded_at', 'new');
CREATE TRIGGER closed_gone BEFORE DELETE ON payments_refund
  FOR EACH ROW WHEN (OLD.succeeded_at IS NOT NULL) EXECUTE FUNCTION payments_closed_stays('succeeded_at', 'old');
CREATE TRIGGER closed_stays BEFORE UPDATE ON payments_refund
  FOR EACH ROW WHEN (OLD.succeeded_at IS NOT NULL AND (
    OLD.hospital_id, OLD.order_id, OLD.attempt_id, OLD.route, OLD.amount_fen, OLD.succeeded_at, OLD.state)
    IS DISTINCT FROM (
    NEW.hospital_id, NEW.order_id, NEW.attempt_id, NEW.route, NEW.amount_fen, NEW.succeeded_at, NEW.state))
  EXECUTE FUNCTION payments_closed_stays('succeeded_at', 'old');
