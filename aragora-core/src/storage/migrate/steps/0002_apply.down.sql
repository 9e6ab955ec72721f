DROP FUNCTION aragora_apply(
  smallint[], text[], text[], bytea[], bytea[], bigint[], bigint[], bigint[], bigint[], text[], boolean, text);
