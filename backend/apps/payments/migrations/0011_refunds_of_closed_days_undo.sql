DROP TRIGGER closed_new ON payments_refund;
DROP TRIGGER closed_gone ON payments_refund;
DROP TRIGGER closed_stays ON payments_refund;
