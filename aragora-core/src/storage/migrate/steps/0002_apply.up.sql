-- A whole batch in one round trip. Rows are locked and written in the order of their addresses, so that two batches
-- rarely wait for each other. Parallel arrays, one element per operation:
--   kinds    0 put, 1 delete, 2 take, 3 check, 4 fence
--   expects  0 anything, -1 absent, -2 present, -3 never holds, otherwise this revision
--   ttls     milliseconds or null
-- Answers what was taken, by index of the operation. A condition that does not hold raises AR001 `<index> <revision or
-- absent>`, a lost lease AR002 `<index>`; the smallest index wins.
CREATE FUNCTION aragora_apply(
  kinds smallint[], spaces text[], tables text[], keys bytea[], frames bytea[], revisions bigint[], ttls bigint[],
  expects bigint[], tokens bigint[], signals text[], relaxed boolean, tenant text)
RETURNS TABLE (op_index integer, op_frame bytea, op_revision bigint, op_expires bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
  v_op record;
  v_row record;
  v_now timestamptz;
  v_bad integer;
  v_lost boolean := false;
  v_current bigint;
  v_fresh bigint[];
  v_written bigint;
  v_count integer := coalesce(array_length(kinds, 1), 0);
BEGIN
  IF tenant IS NOT NULL THEN
    PERFORM set_config('aragora.tenant', tenant, true);
  END IF;
  IF relaxed THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;

  -- A lone write without a condition, and puts without any, lock by writing.
  IF (v_count > 1 AND (1 = ANY (kinds) OR 2 = ANY (kinds))) OR 3 = ANY (kinds) OR EXISTS (
    SELECT 1 FROM unnest(expects) AS e(x) WHERE x <> 0)
  THEN
    FOR v_op IN
      SELECT o.n, o.kind, o.space, o.tbl, o.key, o.expect
      FROM unnest(kinds, spaces, tables, keys, expects) WITH ORDINALITY AS o(kind, space, tbl, key, expect, n)
      WHERE o.kind <= 3
      ORDER BY o.space COLLATE "C", o.tbl COLLATE "C", o.key, o.kind
    LOOP
      IF v_op.kind = 3 THEN
        SELECT r.revision, r.expires_at INTO v_row FROM aragora_records r
        WHERE r.space = v_op.space AND r.tbl = v_op.tbl AND r.key = v_op.key FOR SHARE;
      ELSE
        SELECT r.revision, r.expires_at INTO v_row FROM aragora_records r
        WHERE r.space = v_op.space AND r.tbl = v_op.tbl AND r.key = v_op.key FOR UPDATE;
      END IF;
      CONTINUE WHEN v_op.expect = 0;
      IF v_row.expires_at <= clock_timestamp() THEN
        v_row.revision := NULL;
      END IF;
      CONTINUE WHEN v_op.expect = -1 AND v_row.revision IS NULL;
      CONTINUE WHEN v_op.expect = -2 AND v_row.revision IS NOT NULL;
      CONTINUE WHEN v_op.expect > 0 AND v_row.revision = v_op.expect;
      IF v_bad IS NULL OR v_op.n - 1 < v_bad THEN
        v_bad := v_op.n - 1;
        v_current := v_row.revision;
        -- What never holds was decided by an earlier operation of this batch, which knows the revision.
        IF v_op.expect = -3 THEN
          v_current := nullif(revisions[v_op.n], 0);
        END IF;
      END IF;
    END LOOP;
  END IF;

  IF 4 = ANY (kinds) THEN
    FOR v_op IN
      SELECT o.n, o.space, o.tbl, o.key, o.token
      FROM unnest(kinds, spaces, tables, keys, tokens) WITH ORDINALITY AS o(kind, space, tbl, key, token, n)
      WHERE o.kind = 4
      ORDER BY o.space COLLATE "C", o.tbl COLLATE "C", o.key
    LOOP
      PERFORM 1 FROM aragora_claims c
      WHERE c.space = v_op.space AND c.tbl = v_op.tbl AND c.key = v_op.key AND c.token = v_op.token FOR SHARE;
      IF NOT FOUND AND (v_bad IS NULL OR v_op.n - 1 < v_bad) THEN
        v_bad := v_op.n - 1;
        v_lost := true;
      END IF;
    END LOOP;
  END IF;

  IF v_bad IS NOT NULL THEN
    IF v_lost AND kinds[v_bad + 1] = 4 THEN
      RAISE EXCEPTION USING ERRCODE = 'AR002', MESSAGE = v_bad::text;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'AR001', MESSAGE = v_bad || ' ' || coalesce(v_current::text, 'absent');
  END IF;

  v_now := clock_timestamp();
  IF 0 = ANY (kinds) THEN
    v_fresh := ARRAY(SELECT o.revision FROM unnest(kinds, revisions, expects) AS o(kind, revision, expect)
                     WHERE o.kind = 0 AND o.expect = -1);
    INSERT INTO aragora_records AS r (space, tbl, key, frame, revision, expires_at)
    SELECT o.space, o.tbl, o.key, o.frame, o.revision,
           date_trunc('milliseconds', v_now) + o.ttl * interval '1 millisecond'
    FROM unnest(kinds, spaces, tables, keys, frames, revisions, ttls)
      AS o(kind, space, tbl, key, frame, revision, ttl)
    WHERE o.kind = 0
    ORDER BY o.space COLLATE "C", o.tbl COLLATE "C", o.key
    ON CONFLICT (space, tbl, key) DO UPDATE
      SET frame = excluded.frame, revision = excluded.revision, expires_at = excluded.expires_at
      WHERE excluded.revision <> ALL (v_fresh) OR r.expires_at <= v_now;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    IF v_written < (SELECT count(*) FROM unnest(kinds) AS o(kind) WHERE o.kind = 0) THEN
      -- Somebody put it first, after the look above.
      SELECT o.n - 1, r.revision INTO v_bad, v_current
      FROM unnest(kinds, spaces, tables, keys, revisions, expects) WITH ORDINALITY
        AS o(kind, space, tbl, key, revision, expect, n)
      JOIN aragora_records r ON r.space = o.space AND r.tbl = o.tbl AND r.key = o.key
      WHERE o.kind = 0 AND o.expect = -1 AND r.revision <> o.revision
      ORDER BY o.n LIMIT 1;
      IF v_bad IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the row that was in the way is gone';
      END IF;
      RAISE EXCEPTION USING ERRCODE = 'AR001', MESSAGE = v_bad || ' ' || coalesce(v_current::text, 'absent');
    END IF;
  END IF;

  IF 1 = ANY (kinds) OR 2 = ANY (kinds) THEN
    RETURN QUERY
    WITH gone AS (
      DELETE FROM aragora_records r
      USING unnest(kinds, spaces, tables, keys) WITH ORDINALITY AS o(kind, space, tbl, key, n)
      WHERE o.kind IN (1, 2) AND r.space = o.space AND r.tbl = o.tbl AND r.key = o.key
      RETURNING o.kind, (o.n - 1)::integer AS op, r.frame, r.revision, r.expires_at)
    SELECT g.op, g.frame, g.revision, (extract(epoch FROM g.expires_at) * 1000)::bigint
    FROM gone g
    WHERE g.kind = 2 AND (g.expires_at IS NULL OR g.expires_at > v_now);
  END IF;

  IF signals IS NOT NULL THEN
    PERFORM pg_notify('aragora_signal', s) FROM unnest(signals) AS s;
  END IF;
END $$;
