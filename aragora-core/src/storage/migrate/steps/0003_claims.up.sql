-- A lease by name. Its token is drawn while its row is locked: a token drawn before could be smaller than one that
-- was given and released meanwhile.
CREATE FUNCTION aragora_claim(p_space text, p_tbl text, p_key bytea, p_owner text, p_ttl bigint, p_tenant text)
RETURNS TABLE (token bigint, until bigint, revision bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
  IF p_tenant IS NOT NULL THEN
    PERFORM set_config('aragora.tenant', p_tenant, true);
  END IF;
  INSERT INTO aragora_claims AS c (space, tbl, key, token, owner, until)
  VALUES (p_space, p_tbl, p_key, 0, p_owner, clock_timestamp())
  ON CONFLICT (space, tbl, key) DO UPDATE SET owner = excluded.owner WHERE c.until <= clock_timestamp();
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY
  WITH mine AS (
    UPDATE aragora_claims c
    SET token = nextval('aragora_fence'),
        until = date_trunc('milliseconds', clock_timestamp()) + p_ttl * interval '1 millisecond'
    WHERE c.space = p_space AND c.tbl = p_tbl AND c.key = p_key
    RETURNING c.token, c.until)
  SELECT m.token, (extract(epoch FROM m.until) * 1000)::bigint,
         (SELECT r.revision FROM aragora_records r
          WHERE r.space = p_space AND r.tbl = p_tbl AND r.key = p_key
            AND (r.expires_at IS NULL OR r.expires_at > clock_timestamp()))
  FROM mine m;
END $$;

-- The first free records of a range, from p_from to before p_to. Rows that another claimer looks at are passed over;
-- one that was claimed between our look and our write is not taken twice, and the look is repeated for the rest.
CREATE FUNCTION aragora_claim_ready(
  p_space text, p_tbl text, p_from bytea, p_to bytea, p_limit integer, p_owner text, p_ttl bigint, p_tenant text)
RETURNS TABLE (key bytea, token bigint, until bigint, revision bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
  v_keys bytea[];
  v_mine bytea[];
  v_all bytea[] := '{}';
  v_left integer := p_limit;
BEGIN
  IF p_tenant IS NOT NULL THEN
    PERFORM set_config('aragora.tenant', p_tenant, true);
  END IF;
  FOR v_try IN 1..3 LOOP
    v_keys := ARRAY(
      SELECT r.key FROM aragora_records r
      WHERE r.space = p_space AND r.tbl = p_tbl AND r.key >= p_from AND r.key < p_to
        AND (r.expires_at IS NULL OR r.expires_at > clock_timestamp())
        AND NOT EXISTS (
          SELECT 1 FROM aragora_claims c
          WHERE c.space = r.space AND c.tbl = r.tbl AND c.key = r.key AND c.until > clock_timestamp())
      ORDER BY r.key LIMIT v_left
      FOR UPDATE OF r SKIP LOCKED);
    EXIT WHEN v_keys = '{}';
    WITH taken AS (
      INSERT INTO aragora_claims AS c (space, tbl, key, token, owner, until)
      SELECT p_space, p_tbl, k, 0, p_owner, clock_timestamp() + p_ttl * interval '1 millisecond'
      FROM unnest(v_keys) AS k ORDER BY k
      ON CONFLICT (space, tbl, key) DO UPDATE
        SET owner = excluded.owner, until = excluded.until WHERE c.until <= clock_timestamp()
      RETURNING c.key)
    SELECT coalesce(array_agg(t.key), '{}') INTO v_mine FROM taken t;
    v_all := v_all || v_mine;
    v_left := p_limit - coalesce(array_length(v_all, 1), 0);
    EXIT WHEN v_left = 0 OR array_length(v_keys, 1) IS NOT DISTINCT FROM array_length(v_mine, 1);
  END LOOP;
  RETURN QUERY
  WITH mine AS (
    UPDATE aragora_claims c
    SET token = nextval('aragora_fence'),
        until = date_trunc('milliseconds', clock_timestamp()) + p_ttl * interval '1 millisecond'
    WHERE c.space = p_space AND c.tbl = p_tbl AND c.key = ANY (v_all)
    RETURNING c.key, c.token, c.until)
  SELECT m.key, m.token, (extract(epoch FROM m.until) * 1000)::bigint, r.revision
  FROM mine m
  JOIN aragora_records r ON r.space = p_space AND r.tbl = p_tbl AND r.key = m.key
  ORDER BY m.key;
END $$;
