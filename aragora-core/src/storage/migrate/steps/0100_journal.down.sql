DROP TRIGGER aragora_journal_delete ON aragora_records;
DROP TRIGGER aragora_journal_put ON aragora_records;
DROP FUNCTION aragora_journal_delete();
DROP FUNCTION aragora_journal_put();
DROP TABLE aragora_deleted;
ALTER TABLE aragora_records DROP COLUMN xid;
