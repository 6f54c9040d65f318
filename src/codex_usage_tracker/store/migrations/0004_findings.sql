CREATE TABLE finding (
  call_id INTEGER NOT NULL,
  rule    INTEGER NOT NULL,
  stake   INTEGER,
  drawn   INTEGER,
  tokens  INTEGER NOT NULL,
  detail  INTEGER NOT NULL,
  PRIMARY KEY (call_id, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE attention (
  thread  INTEGER NOT NULL,
  call_id INTEGER NOT NULL,
  stake   INTEGER NOT NULL,
  PRIMARY KEY (thread, call_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE found (
  thread_id INTEGER NOT NULL,
  quarter   INTEGER NOT NULL,
  rule      INTEGER NOT NULL,
  calls     INTEGER NOT NULL,
  tokens    INTEGER NOT NULL,
  stake     INTEGER,
  drawn     INTEGER,
  PRIMARY KEY (thread_id, quarter, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE unjudged (
  thread INTEGER PRIMARY KEY
) STRICT;
