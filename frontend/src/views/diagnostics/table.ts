// What a table with bars shows of its rows.

export interface Column<Row> {
  label: string;
  text: (row: Row, zone: string) => string;
  title?: (row: Row, zone: string) => string;
  href?: (row: Row) => string | undefined;
  number?: boolean;
  /** Whether a small screen does without it. */
  wide?: boolean;
  /** The server's name for its order, where it has one. */
  sort?: string;
}

/** Two lengths in one bar: a whole, and a part of it. */
export interface Bars<Row> {
  whole: (row: Row) => number;
  wholeLabel: string;
  part?: (row: Row) => number;
  partLabel?: string;
}
