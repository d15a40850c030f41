DROP TRIGGER closed_new ON payments_paymentattempt;
DROP TRIGGER closed_gone ON payments_paymentattempt;
DROP TRIGGER closed_stays ON payments_paymentattempt;
