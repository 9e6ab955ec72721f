DROP TRIGGER IF EXISTS aragora_gate ON aragora_claims;
DROP TRIGGER IF EXISTS aragora_gate ON aragora_records;
DROP FUNCTION aragora_freeze(text, text, bigint, text);
DROP FUNCTION aragora_gate();
DROP TABLE aragora_store;
