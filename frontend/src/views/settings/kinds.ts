// What stands in the files of settings, as far as the page changes it.

export interface Alias {
  pattern: string;
  model: string;
  exact?: boolean;
}

export interface Card {
  aliases?: Alias[];
}

export interface Budget {
  unit: string;
  amount: string;
  per: string;
  name?: string | null;
  limit?: string | null;
  project?: string | null;
  model?: string | null;
  warn_at?: number;
}

export interface Projects {
  aliases?: Record<string, string>;
  ignored_paths?: string[];
  tags?: Record<string, string[]>;
}

export interface TypedWindow {
  remaining_percent?: string | null;
  reset_at?: string | null;
  captured_at?: string | null;
}

export type Windows = Record<string, TypedWindow | null>;

export interface Allowance {
  plan?: string | null;
  windows?: Windows;
  families?: Record<string, Windows>;
}

/** Returns an object without what says nothing. */
export function told<Kind extends object>(value: Kind): Kind {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && one !== "" && one !== undefined)) as Kind;
}

/** Returns a list with one of its members replaced, taken away or added, wherever it is now. */
export function replaced<Kind>(list: readonly Kind[], before: Kind | null, after: Kind | null): Kind[] {
  const was = JSON.stringify(before);
  const at = before === null ? -1 : list.findIndex((one) => JSON.stringify(one) === was);
  if (at < 0) return after === null ? [...list] : [...list, after];
  return list.flatMap((one, index) => (index !== at ? [one] : after === null ? [] : [after]));
}
