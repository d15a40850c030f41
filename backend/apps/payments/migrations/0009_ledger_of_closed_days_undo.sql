DROP TRIGGER open_day ON payments_ledgertransaction;
