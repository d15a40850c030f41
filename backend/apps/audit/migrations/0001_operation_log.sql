-- Partitions, functions and triggers of the operation log, for which Django has no words.

CREATE FUNCTION uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(overlay(overlay(uuid_send(gen_random_uuid())
      PLACING substring(int8send(us / 1000) FROM 3) FROM 1 FOR 6)
      PLACING substring(int8send(28672 + (us % 1000) * 4096 / 1000) FROM 7) FROM 7 FOR 2), 'hex')::uuid
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS moment $$;

CREATE TABLE audit_auditevent (
  id uuid NOT NULL DEFAULT uuid7() PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  hospital_id uuid, user_id uuid, actor varchar(120) NOT NULL DEFAULT '', ip inet,
  request_id varchar(64) NOT NULL DEFAULT '', method varchar(8) NOT NULL DEFAULT '',
  path varchar(255) NOT NULL DEFAULT '',
  action varchar(32) NOT NULL, object_type varchar(64) NOT NULL, object_id varchar(64) NOT NULL,
  before jsonb, after jsonb
) PARTITION BY RANGE (id);
CREATE TABLE audit_auditevent_default PARTITION OF audit_auditevent DEFAULT;
CREATE INDEX audit_event_object ON audit_auditevent (object_type, object_id, id DESC);
CREATE INDEX audit_event_user ON audit_auditevent (user_id, id DESC);
CREATE INDEX audit_event_hospital ON audit_auditevent (hospital_id, id DESC);
CREATE INDEX audit_event_request ON audit_auditevent (request_id);
CREATE INDEX audit_event_txid ON audit_auditevent (txid);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_auditevent FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_auditevent FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_auditevent_default
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE audit_auditseal (
  number bigint PRIMARY KEY, from_txid bigint NOT NULL, to_txid bigint NOT NULL, rows bigint NOT NULL,
  horizon timestamptz NOT NULL, made_at timestamptz NOT NULL,
  digest bytea NOT NULL, leaves bytea NOT NULL, previous bytea NOT NULL, mac bytea NOT NULL
);
CREATE SEQUENCE audit_auditseal_made;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_auditseal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_auditseal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION audit_record(kind text, op text, old jsonb, new jsonb, skipped text[], sealed text[],
  hospital uuid DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  c jsonb := coalesce(nullif(current_setting('yihui.audit', true), ''), '{}')::jsonb;
  b jsonb; a jsonb; row_ jsonb := coalesce(new, old); name text;
BEGIN
  IF op = 'UPDATE' THEN
    SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new -> o.key) INTO b, a
      FROM jsonb_each(old) o WHERE o.value IS DISTINCT FROM new -> o.key AND o.key <> ALL (skipped);
    IF a IS NULL THEN RETURN; END IF;
  ELSE
    b := old - skipped; a := new - skipped;
  END IF;
  FOREACH name IN ARRAY sealed LOOP
    IF b ? name THEN b := jsonb_set(b, ARRAY[name], '"[encrypted]"'); END IF;
    IF a ? name THEN a := jsonb_set(a, ARRAY[name], '"[encrypted]"'); END IF;
  END LOOP;
  INSERT INTO audit_auditevent (hospital_id, user_id, actor, ip, request_id, method, path, action, object_type,
      object_id, before, after)
    VALUES (coalesce(hospital, (row_ ->> 'hospital_id')::uuid, (c ->> 'hospital_id')::uuid), (c ->> 'user_id')::uuid,
      coalesce(c ->> 'actor', ''), (c ->> 'ip')::inet, coalesce(c ->> 'request_id', ''), coalesce(c ->> 'method', ''),
      left(coalesce(c ->> 'path', ''), 255), lower(op), kind,
      coalesce(row_ ->> 'id', row_ ->> 'digest', row_ ->> 'user_id', ''), b, a);
END $$;

-- The first months, before the first line is written, so that the default partition stays empty.
DO $$
DECLARE
  first date := date_trunc('month', now() AT TIME ZONE 'UTC');
  bounds uuid[]; name text;
BEGIN
  FOR i IN 0..3 LOOP
    SELECT array_agg((lpad(to_hex(extract(epoch FROM (first + make_interval(months => i + edge)) AT TIME ZONE 'UTC')::bigint * 1000), 12, '0')
        || '70008000000000000000')::uuid ORDER BY edge) INTO bounds FROM generate_series(0, 1) AS edge;
    name := 'audit_auditevent_' || to_char(first + make_interval(months => i), 'YYYYMM');
    EXECUTE format('CREATE TABLE %I PARTITION OF audit_auditevent FOR VALUES FROM (%L) TO (%L)', name, bounds[1], bounds[2]);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END $$;
