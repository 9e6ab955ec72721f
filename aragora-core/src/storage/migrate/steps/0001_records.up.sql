-- Everything that is kept: one row per value, whatever its table.
CREATE TABLE aragora_records (
  space text COLLATE "C" NOT NULL,
  tbl text COLLATE "C" NOT NULL,
  key bytea NOT NULL,
  frame bytea NOT NULL,
  revision bigint NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (space, tbl, key)
) WITH (fillfactor = 90);

-- Frames are sealed or small; compressing them again costs more than it saves.
ALTER TABLE aragora_records ALTER COLUMN frame SET STORAGE EXTERNAL;

CREATE INDEX aragora_records_due ON aragora_records (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE aragora_claims (
  space text COLLATE "C" NOT NULL,
  tbl text COLLATE "C" NOT NULL,
  key bytea NOT NULL,
  token bigint NOT NULL,
  owner text NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (space, tbl, key)
);

-- Revisions are taken in blocks, tokens one by one.
CREATE SEQUENCE aragora_revision INCREMENT 1000;
CREATE SEQUENCE aragora_fence;
