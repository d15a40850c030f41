-- What is held of a closed day may still become what it is to be: only that, and only once.
DROP TRIGGER closed_stays ON payments_paymentattempt;
CREATE TRIGGER closed_stays BEFORE UPDATE ON payments_paymentattempt
  FOR EACH ROW WHEN (OLD.paid_at IS NOT NULL AND (
    OLD.hospital_id, OLD.order_id, OLD.merchant_id, OLD.channel, OLD.amount_fen, OLD.paid_fen, OLD.paid_at,
    CASE WHEN OLD.state = 'held' AND NEW.state IN ('succeeded', 'returned') THEN NEW.state ELSE OLD.state END,
    OLD.transaction_id) IS DISTINCT FROM (
    NEW.hospital_id, NEW.order_id, NEW.merchant_id, NEW.channel, NEW.amount_fen, NEW.paid_fen, NEW.paid_at, NEW.state,
    NEW.transaction_id))
  EXECUTE FUNCTION payments_closed_stays('paid_at', 'old');
