"""The database: schema, migrations and the writing of rows; with `query` the only room that holds SQL."""
