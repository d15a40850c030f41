DROP TRIGGER decided_in_full ON worklist_approval;
DROP TRIGGER decided_by_others ON worklist_approvalstep;
DROP FUNCTION worklist_check_approval();
DROP FUNCTION worklist_check_step();
