DROP TABLE aragora_journal;
