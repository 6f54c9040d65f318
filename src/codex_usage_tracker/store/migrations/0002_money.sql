CREATE TABLE rate (
  id            INTEGER PRIMARY KEY,
  model         TEXT NOT NULL,
  status        TEXT NOT NULL,
  confidence    TEXT NOT NULL,
  assumed       TEXT NOT NULL,
  usd_input     INTEGER,
  usd_cached    INTEGER,
  usd_write     INTEGER,
  usd_output    INTEGER,
  credit_input  INTEGER,
  credit_cached INTEGER,
  credit_output INTEGER,
  source        TEXT NOT NULL
) STRICT;

ALTER TABLE call ADD COLUMN rate_id INTEGER REFERENCES rate (id);
ALTER TABLE call ADD COLUMN usd INTEGER;
ALTER TABLE call ADD COLUMN credits INTEGER;

DROP TABLE rollup;
CREATE TABLE rollup (
  thread_id         INTEGER NOT NULL REFERENCES thread (id),
  quarter           INTEGER NOT NULL,
  profile_id        INTEGER NOT NULL REFERENCES profile (id),
  calls             INTEGER NOT NULL,
  input             INTEGER NOT NULL,
  cached_input      INTEGER NOT NULL,
  cache_write       INTEGER NOT NULL,
  output            INTEGER NOT NULL,
  reasoning         INTEGER NOT NULL,
  usd               INTEGER NOT NULL,
  credits           INTEGER NOT NULL,
  unpriced_calls    INTEGER NOT NULL,
  unpriced_tokens   INTEGER NOT NULL,
  uncredited_tokens INTEGER NOT NULL,
  estimated_usd     INTEGER NOT NULL,
  PRIMARY KEY (thread_id, quarter, profile_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_quarter ON rollup (
  quarter, thread_id, profile_id, calls, input, cached_input, cache_write, output, reasoning, usd, credits,
  unpriced_calls, unpriced_tokens, uncredited_tokens, estimated_usd
);
