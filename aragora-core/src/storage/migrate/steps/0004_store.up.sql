-- What the store says of itself: which one it is, and who may write to it while it is being moved elsewhere.
CREATE TABLE aragora_store (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  store_id text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
  generation bigint NOT NULL DEFAULT 1,
  hold text,
  held_until timestamptz,
  moved_to text
);
INSERT INTO aragora_store DEFAULT VALUES;

-- Stands before the tables only while it may have something to refuse, and reads for whoever writes.
CREATE FUNCTION aragora_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  v_store aragora_store;
BEGIN
  SELECT * INTO v_store FROM aragora_store;
  IF v_store.moved_to IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AR003', MESSAGE = v_store.moved_to;
  END IF;
  IF v_store.held_until > clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'AR004', MESSAGE = 'the store is being moved';
  END IF;
  RETURN NULL;
END $$;

-- What: begin, keep, end or moved. Answers `done`, `held` by somebody else, `lapsed`, or `moved <where>`. Making and
-- dropping a trigger waits for every transaction that writes, so after a beginning nobody is still at it.
CREATE FUNCTION aragora_freeze(p_hold text, p_what text, p_ttl bigint, p_to text) RETURNS text
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  v_store aragora_store;
  v_mine boolean;
BEGIN
  SELECT * INTO v_store FROM aragora_store FOR UPDATE;
  IF v_store.moved_to IS NOT NULL THEN
    RETURN 'moved ' || v_store.moved_to;
  END IF;
  v_mine := coalesce(v_store.hold = p_hold AND v_store.held_until > clock_timestamp(), false);
  IF p_what = 'begin' AND NOT v_mine AND v_store.held_until > clock_timestamp() THEN
    RETURN 'held';
  ELSIF p_what IN ('keep', 'moved') AND NOT v_mine THEN
    RETURN 'lapsed';
  ELSIF p_what = 'end' AND NOT v_mine THEN
    RETURN 'done';
  END IF;
  IF p_what = 'begin' THEN
    EXECUTE 'CREATE OR REPLACE TRIGGER aragora_gate BEFORE INSERT OR UPDATE OR DELETE ON aragora_claims '
      'FOR EACH STATEMENT EXECUTE FUNCTION aragora_gate()';
    EXECUTE 'CREATE OR REPLACE TRIGGER aragora_gate BEFORE INSERT OR UPDATE OR DELETE ON aragora_records '
      'FOR EACH STATEMENT EXECUTE FUNCTION aragora_gate()';
  END IF;
  IF p_what = 'end' THEN
    EXECUTE 'DROP TRIGGER IF EXISTS aragora_gate ON aragora_claims';
    EXECUTE 'DROP TRIGGER IF EXISTS aragora_gate ON aragora_records';
    UPDATE aragora_store SET hold = NULL, held_until = NULL;
  ELSIF p_what = 'moved' THEN
    UPDATE aragora_store SET hold = NULL, held_until = NULL, moved_to = p_to;
  ELSE
    UPDATE aragora_store SET hold = p_hold, held_until = clock_timestamp() + p_ttl * interval '1 millisecond';
  END IF;
  RETURN 'done';
END $$;
