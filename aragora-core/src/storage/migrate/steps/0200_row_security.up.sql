-- The second wall: a statement sees the spaces its transaction named, whatever its WHERE clause says. Several are
-- separated by commas, the empty name is the system's, `*` is upkeep of all.
ALTER TABLE aragora_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE aragora_records FORCE ROW LEVEL SECURITY;
ALTER TABLE aragora_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE aragora_claims FORCE ROW LEVEL SECURITY;
CREATE POLICY aragora_tenant ON aragora_records USING (
  space = ANY (string_to_array(current_setting('aragora.tenant', true), ','))
  OR current_setting('aragora.tenant', true) = '*');
CREATE POLICY aragora_tenant ON aragora_claims USING (
  space = ANY (string_to_array(current_setting('aragora.tenant', true), ','))
  OR current_setting('aragora.tenant', true) = '*');
