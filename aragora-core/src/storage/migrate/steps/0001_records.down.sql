DROP SEQUENCE aragora_fence;
DROP SEQUENCE aragora_revision;
DROP TABLE aragora_claims;
DROP TABLE aragora_records;
