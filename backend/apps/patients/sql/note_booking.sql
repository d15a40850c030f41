-- why: the patient's row is locked only when the relation is new: it orders this against join and leave of the same patient.
WITH fresh AS (
  SELECT p.id FROM patients_patient p WHERE p.id = %(object)s AND NOT EXISTS (
    SELECT FROM patients_careteammember m WHERE m.patient_id = %(object)s AND m.staff_id = %(staff)s
      AND m.role = 'attending' AND m.ended_at IS NULL AND m.valid_until IS NULL AND m.can_change)
  FOR NO KEY UPDATE
-- why: a relation that was about to end, or allowed less, becomes a whole one instead of a second one.
), joined AS (
  INSERT INTO patients_careteammember
    (id, created_at, updated_at, hospital_id, patient_id, staff_id, role, can_change, by_role, by_booking)
  SELECT %(id)s, %(now)s, %(now)s, %(hospital)s, fresh.id, %(staff)s, 'attending', true, false, %(by_booking)s
  FROM fresh
  ON CONFLICT (patient_id, staff_id, role) WHERE ended_at IS NULL
  DO UPDATE SET valid_until = NULL, can_change = true, by_booking = EXCLUDED.by_booking,
    updated_at = EXCLUDED.updated_at
  RETURNING staff_id
-- why: grants are of accounts, and follow the relation in the same transaction.
), holder AS (
  SELECT s.user_id FROM joined JOIN {staff} s ON s.id = joined.staff_id
), granted AS ({grant}
-- why: the department treats the patient from now on; it is asked first, as it mostly does already.
), treated AS (
  INSERT INTO patients_patientdepartment (hospital_id, patient_id, department_id, by_booking)
  SELECT %(hospital)s, %(object)s, %(department)s, %(by_booking)s WHERE NOT EXISTS (
    SELECT FROM patients_patientdepartment d WHERE d.patient_id = %(object)s AND d.department_id = %(department)s)
  ON CONFLICT (patient_id, department_id) DO NOTHING
)
SELECT count(*) FROM joined
