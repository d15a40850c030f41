CREATE TRIGGER open_day BEFORE INSERT ON payments_ledgertransaction
  FOR EACH ROW EXECUTE FUNCTION payments_open_day_only();
