-- Which transaction last changed a row, and which rows are gone: what an incremental backup reads.
ALTER TABLE aragora_records ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE TABLE aragora_deleted (
  space text COLLATE "C" NOT NULL,
  tbl text COLLATE "C" NOT NULL,
  key bytea NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (space, tbl, key)
);
CREATE INDEX aragora_records_xid ON aragora_records (xid);
CREATE INDEX aragora_deleted_xid ON aragora_deleted (xid);

-- Triggers, so that no way of writing goes unnoticed.
CREATE FUNCTION aragora_journal_put() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  NEW.xid := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE FUNCTION aragora_journal_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO aragora_deleted (space, tbl, key) VALUES (OLD.space, OLD.tbl, OLD.key)
  ON CONFLICT (space, tbl, key) DO UPDATE SET xid = pg_current_xact_id();
  RETURN NULL;
END $$;
CREATE TRIGGER aragora_journal_put BEFORE INSERT OR UPDATE ON aragora_records
  FOR EACH ROW EXECUTE FUNCTION aragora_journal_put();
CREATE TRIGGER aragora_journal_delete AFTER DELETE ON aragora_records
  FOR EACH ROW EXECUTE FUNCTION aragora_journal_delete();
