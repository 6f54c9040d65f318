"""The documented statements that spread a hub over machines, on a PostgreSQL that checks what Citus would ask for."""

import asyncio
import re
import subprocess
from pathlib import Path

from codex_usage_tracker.hub.server.store import Store
from tests.hub.places import Postgres

PAGE = Path(__file__).parents[2] / "docs/concepts/hub.md"
CITUS = """
CREATE FUNCTION create_reference_table(regclass) RETURNS text LANGUAGE sql AS 'SELECT ''all: '' || $1::text';
CREATE FUNCTION create_distributed_table(t regclass, c text, colocate_with text DEFAULT 'default') RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM pg_attribute WHERE attrelid = t AND attname = c AND NOT attisdropped;
  IF NOT FOUND THEN RAISE EXCEPTION '% has no column %', t, c; END IF;
  PERFORM 1 FROM pg_index i WHERE i.indrelid = t AND i.indisunique AND NOT EXISTS (
    SELECT 1 FROM pg_attribute a WHERE a.attrelid = t AND a.attname = c AND a.attnum = ANY (i.indkey));
  IF FOUND THEN RAISE EXCEPTION '% is unique without %', t, c; END IF;
  RETURN 'part: ' || t::text;
END $$;
"""
"""A stand-in for the extension: the columns must be there, and every unique key must hold the account."""


async def made(address: str) -> None:
    store = Store(address)
    await store.make()
    await store.close()


def test_every_table_has_a_place_when_a_hub_is_spread_over_machines(server_of_postgres: Postgres) -> None:
    address = server_of_postgres.database()
    asyncio.run(made(address))
    statements = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    psql = [str(server_of_postgres.server.bin_path / "psql"), "-v", "ON_ERROR_STOP=1", "-At", address]
    done = subprocess.run(psql, input=CITUS + statements, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    placed = set(re.findall(r"^(?:all: |part: )(\w+)$", done.stdout, re.MULTILINE))
    tables = subprocess.run(
        [*psql, "-c", "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert placed == set(tables.stdout.split())
