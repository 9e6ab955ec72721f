-- Which journal this is and how far it was cut: a place in another one, or before the cut, leads nowhere.
CREATE TABLE aragora_journal (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  name text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
  cut xid8 NOT NULL DEFAULT pg_current_xact_id()
);
INSERT INTO aragora_journal DEFAULT VALUES;
