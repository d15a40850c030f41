-- why: one look through each ward's stays of the period, by the constraint's index on ward, bed and time
SELECT w.id AS ward_id,
    count(s.id) FILTER (WHERE s.started_at <= %(since)s) AS at_start,
    count(s.id) FILTER (WHERE s.started_at > %(since)s AND s.from_ward_id IS NULL) AS admitted,
    count(s.id) FILTER (WHERE s.started_at > %(since)s AND s.from_ward_id <> w.id) AS transferred_in,
    count(s.id) FILTER (WHERE s.ended_at <= %(until)s AND s.to_ward_id IS NULL) AS discharged,
    count(s.id) FILTER (WHERE s.ended_at <= %(until)s AND s.to_ward_id <> w.id) AS transferred_out,
    count(s.id) FILTER (WHERE s.ended_at IS NULL OR s.ended_at > %(until)s) AS at_end
  FROM inpatient_ward AS w
  LEFT JOIN inpatient_bedstay AS s
    -- why: whoever left at the stroke of the first moment belongs to the day before
    ON s.ward_id = w.id
      AND tstzrange(s.started_at, s.ended_at) && tstzrange(%(since)s, %(until)s, '[]')
  WHERE w.id = ANY (%(wards)s)
  GROUP BY w.id
