DROP POLICY aragora_tenant ON aragora_claims;
DROP POLICY aragora_tenant ON aragora_records;
ALTER TABLE aragora_claims NO FORCE ROW LEVEL SECURITY;
ALTER TABLE aragora_claims DISABLE ROW LEVEL SECURITY;
ALTER TABLE aragora_records NO FORCE ROW LEVEL SECURITY;
ALTER TABLE aragora_records DISABLE ROW LEVEL SECURITY;
