CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE home (
  id    INTEGER PRIMARY KEY,
  path  TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  index_size     INTEGER NOT NULL DEFAULT 0,
  index_mtime_ns INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE project (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  cwd        TEXT NOT NULL,
  git_remote TEXT NOT NULL,
  UNIQUE (cwd, git_remote)
) STRICT;

CREATE TABLE client (
  id         INTEGER PRIMARY KEY,
  originator TEXT NOT NULL,
  version    TEXT NOT NULL,
  provider   TEXT NOT NULL,
  source     TEXT NOT NULL,
  UNIQUE (originator, version, provider, source)
) STRICT;

CREATE TABLE thread (
  id             INTEGER PRIMARY KEY,
  thread_id      TEXT NOT NULL UNIQUE,
  root_id        INTEGER REFERENCES thread (id),
  session_id     TEXT,
  parent_id      TEXT,
  forked_from_id TEXT,
  archived       INTEGER NOT NULL DEFAULT 0,
  described_by   INTEGER,
  project_id     INTEGER REFERENCES project (id),
  client_id      INTEGER REFERENCES client (id),
  created_at     INTEGER,
  name           TEXT,
  named_at       INTEGER,
  git_branch     TEXT,
  git_commit     TEXT,
  role           TEXT,
  nickname       TEXT,
  account        TEXT,
  history_mode   TEXT
) STRICT;

CREATE TABLE source_file (
  id         INTEGER PRIMARY KEY,
  home_id    INTEGER NOT NULL REFERENCES home (id),
  name       TEXT NOT NULL,
  path       TEXT NOT NULL,
  archived   INTEGER NOT NULL,
  size       INTEGER NOT NULL,
  mtime_ns   INTEGER NOT NULL,
  inode      INTEGER NOT NULL,
  offset     INTEGER NOT NULL,
  lines      INTEGER NOT NULL,
  head       INTEGER NOT NULL,
  tail       INTEGER NOT NULL,
  thread_id  INTEGER REFERENCES thread (id),
  version    INTEGER NOT NULL,
  UNIQUE (home_id, name)
) STRICT;

CREATE TABLE parser (
  file_id INTEGER PRIMARY KEY REFERENCES source_file (id),
  state   BLOB NOT NULL
) STRICT;
CREATE INDEX source_file_thread ON source_file (thread_id);

CREATE TABLE note (
  file_id    INTEGER NOT NULL REFERENCES source_file (id),
  code       TEXT NOT NULL,
  count      INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  PRIMARY KEY (file_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile (
  id         INTEGER PRIMARY KEY,
  model      TEXT NOT NULL,
  effort     TEXT NOT NULL,
  tier       TEXT NOT NULL,
  kind       TEXT NOT NULL,
  basis      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  confidence TEXT NOT NULL,
  UNIQUE (model, effort, tier, kind, basis, origin, reason, confidence)
) STRICT;

CREATE TABLE turn (
  id             INTEGER PRIMARY KEY,
  thread_id      INTEGER NOT NULL REFERENCES thread (id),
  turn_id        TEXT NOT NULL,
  root_turn_id   TEXT,
  started_at     INTEGER,
  ended_at       INTEGER,
  duration_ms    INTEGER,
  first_token_ms INTEGER,
  outcome        TEXT,
  UNIQUE (thread_id, turn_id)
) STRICT;

CREATE TABLE call (
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
CREATE INDEX call_at ON call (at);
CREATE INDEX call_thread ON call (thread_id, at);

CREATE TABLE claim (
  key       INTEGER NOT NULL,
  file_id   INTEGER NOT NULL REFERENCES source_file (id),
  line      INTEGER NOT NULL,
  standing  TEXT NOT NULL,
  owner     TEXT NOT NULL,
  row       BLOB NOT NULL,
  PRIMARY KEY (file_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_owner ON claim (owner);

CREATE TABLE fact_label (
  id    INTEGER PRIMARY KEY,
  label TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE fact (
  call_id    INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
  label_id   INTEGER NOT NULL REFERENCES fact_label (id),
  count      INTEGER NOT NULL,
  tokens     INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  last_line  INTEGER NOT NULL,
  PRIMARY KEY (call_id, label_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE limit_snapshot (
  limit_id       TEXT NOT NULL,
  window_minutes INTEGER NOT NULL,
  at             INTEGER NOT NULL,
  used_percent   REAL NOT NULL,
  resets_at      INTEGER,
  plan           TEXT,
  credits        TEXT,
  account        TEXT,
  PRIMARY KEY (limit_id, window_minutes, at, used_percent)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup (
  thread_id    INTEGER NOT NULL REFERENCES thread (id),
  quarter      INTEGER NOT NULL,
  profile_id   INTEGER NOT NULL REFERENCES profile (id),
  calls        INTEGER NOT NULL,
  input        INTEGER NOT NULL,
  cached_input INTEGER NOT NULL,
  cache_write  INTEGER NOT NULL,
  output       INTEGER NOT NULL,
  reasoning    INTEGER NOT NULL,
  PRIMARY KEY (thread_id, quarter, profile_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE unsettled (
  thread TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
