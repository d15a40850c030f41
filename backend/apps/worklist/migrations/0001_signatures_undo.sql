DROP TRIGGER no_truncate ON worklist_signature;
DROP TRIGGER append_only ON worklist_signature;
DROP TRIGGER void_once ON worklist_signature;
DROP FUNCTION worklist_check_signature();
