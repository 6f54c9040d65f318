CREATE TABLE snapshot (
  section     TEXT NOT NULL,
  scope       TEXT NOT NULL,
  computed_at INTEGER NOT NULL,
  logs        INTEGER NOT NULL,
  missing     INTEGER NOT NULL,
  calls       INTEGER NOT NULL,
  generation  INTEGER NOT NULL,
  answer      BLOB NOT NULL,
  PRIMARY KEY (section, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact_day (
  day          INTEGER NOT NULL,
  label_id     INTEGER NOT NULL REFERENCES fact_label (id),
  profile_id   INTEGER NOT NULL REFERENCES profile (id),
  archived     INTEGER NOT NULL,
  calls        INTEGER NOT NULL,
  first_calls  INTEGER NOT NULL,
  count        INTEGER NOT NULL,
  tokens       INTEGER NOT NULL,
  input        INTEGER NOT NULL,
  cached_input INTEGER NOT NULL,
  output       INTEGER NOT NULL,
  reasoning    INTEGER NOT NULL,
  share        INTEGER NOT NULL,
  most         INTEGER NOT NULL,
  latest_at    INTEGER NOT NULL,
  PRIMARY KEY (day, label_id, profile_id, archived)
) STRICT, WITHOUT ROWID;

-- Days (UTC) of which calls or facts changed since their facts were summed.
CREATE TABLE unsummed_day (
  day INTEGER PRIMARY KEY
) STRICT;
INSERT INTO unsummed_day SELECT DISTINCT quarter / 96 FROM rollup;

CREATE TRIGGER thread_archived AFTER UPDATE OF archived ON thread WHEN old.archived <> new.archived BEGIN
  INSERT OR IGNORE INTO unsummed_day SELECT DISTINCT quarter / 96 FROM rollup WHERE thread_id = new.id;
END;
