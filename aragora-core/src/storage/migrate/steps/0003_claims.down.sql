DROP FUNCTION aragora_claim_ready(text, text, bytea, bytea, integer, text, bigint, text);
DROP FUNCTION aragora_claim(text, text, bytea, text, bigint, text);
