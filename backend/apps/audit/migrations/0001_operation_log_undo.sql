DROP FUNCTION audit_record(text, text, jsonb, jsonb, text[], text[], uuid);
DROP TABLE audit_auditseal;
DROP SEQUENCE audit_auditseal_made;
DROP TABLE audit_auditevent;
DROP FUNCTION refuse_change();
DROP FUNCTION uuid7();
