-- Logs of what Codex printed; they belong to no thread, and are never read again.
ALTER TABLE source_file ADD COLUMN printed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX source_file_printed ON source_file (home_id, name) WHERE printed;
