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

CREATE TABLE priced_call (
  id            INTEGER PRIMARY KEY,
  key           INTEGER NOT NULL UNIQUE,
  at            INTEGER NOT NULL,
  thread_id     INTEGER NOT NULL REFERENCES thread (id),
  turn_id       INTEGER REFERENCES turn (id),
  profile_id    INTEGER NOT NULL REFERENCES profile (id),
  file_id       INTEGER NOT NULL REFERENCES source_file (id),
  line          INTEGER NOT NULL,
  input         INTEGER NOT NULL,
  cached_input  INTEGER NOT NULL,
  cache_write   INTEGER NOT NULL,
  output        INTEGER NOT NULL,
  reasoning     INTEGER NOT NULL,
  usd           INTEGER,
  credits       INTEGER,
  estimated     INTEGER NOT NULL,
  rate_id       INTEGER REFERENCES rate (id),
  context_window INTEGER,
  duration_ms   INTEGER,
  gap_ms        INTEGER,
  logged_input        INTEGER,
  logged_cached_input INTEGER,
  logged_cache_write  INTEGER,
  logged_output       INTEGER,
  logged_reasoning    INTEGER,
  response_id   TEXT
) STRICT;
INSERT INTO priced_call
SELECT id, key, at, thread_id, turn_id, profile_id, file_id, line, input, cached_input, cache_write, output, reasoning,
  NULL, NULL, 0, NULL, context_window, duration_ms, gap_ms, logged_input, logged_cached_input, logged_cache_write,
  logged_output, logged_reasoning, response_id
FROM call ORDER BY id;
DROP TABLE call;
ALTER TABLE priced_call RENAME TO call;
CREATE INDEX call_at ON call (at);
CREATE INDEX call_thread ON call (thread_id, at);
CREATE INDEX call_odd ON call (at) WHERE usd IS NULL OR credits IS NULL OR estimated;

CREATE INDEX thread_root ON thread (root_id);
CREATE INDEX thread_name ON thread (name) WHERE name IS NOT NULL;
ALTER TABLE project ADD COLUMN tags TEXT NOT NULL DEFAULT '';

DROP TABLE rollup;
CREATE TABLE rollup (
  thread_id         INTEGER NOT NULL REFERENCES thread (id),
  quarter           INTEGER NOT NULL,
  profile_id        INTEGER NOT NULL REFERENCES profile (id),
  rate_id           INTEGER NOT NULL,
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
  PRIMARY KEY (thread_id, quarter, profile_id, rate_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_quarter ON rollup (
  quarter, thread_id, profile_id, calls, input, cached_input, cache_write, output, reasoning, usd, credits
);
CREATE INDEX rollup_profile ON rollup (
  profile_id, quarter, calls, input, cached_input, cache_write, output, reasoning, usd, credits
);
CREATE INDEX rollup_odd ON rollup (
  quarter, thread_id, profile_id, unpriced_calls, unpriced_tokens, uncredited_tokens, estimated_usd
) WHERE unpriced_calls + uncredited_tokens + estimated_usd > 0;
