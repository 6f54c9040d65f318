// What a hub answers beyond the tracker's own questions: as `hub/contract.py` has it.
import type { Numbers } from "../answers";

export type Visibility = "private" | "alias" | "public";
export type Policy = "code" | "invite" | "open";
export type Period = "day" | "week" | "month" | "all";
export type Metric = "tokens" | "cost" | "active_days";

/** What anybody may know of a hub. */
export interface Door {
  join: Policy;
  version: string;
}

/** The account that is signed in; instants are milliseconds UTC. */
export interface Me {
  account: string;
  alias: string | null;
  visibility: Visibility;
  is_admin: boolean;
  join: Policy;
  version: string;
  created_at: number;
}

/** A code that holds once, until an instant. */
export interface Code {
  code: string;
  expires_at: number;
}

/** A device that was linked; `seen_at` is its last sync, `collector` the version that sent. */
export interface DeviceRow {
  id: number;
  label: string | null;
  linked_at: number;
  seen_at: number | null;
  revoked_at: number | null;
  collector: string | null;
  buckets: number;
}

/** The devices of an account, the latest first. */
export interface Devices {
  rows: DeviceRow[];
}

/** A bucket that was lowered; `account` is told to admins alone. */
export interface CorrectionRow {
  at: number;
  account: string | null;
  device: number;
  label: string | null;
  start: number;
  model: string | null;
  tokens_before: number;
  tokens_after: number;
  data_version: number;
  collector: string | null;
}

/** Corrections, the latest first. */
export interface Corrections {
  rows: CorrectionRow[];
  truncated: boolean;
}

/** A place on the board: `value` is tokens, days, or USD as decimal text; null where no price is known. */
export interface Placed {
  rank: number;
  name: string;
  value: number | string | null;
  is_me: boolean;
}

/** Members who show themselves, by what they used in a period of UTC days. `me` is always there where anything was used in it; its rank counts those that are shown and oneself. */
export interface Board {
  period: Period;
  metric: Metric;
  since: number | null;
  rows: Placed[];
  me: Placed | null;
  offset: number;
  row_count: number;
  next_offset: number | null;
}

/** A team that one is in. */
export interface TeamRow {
  id: number;
  name: string;
  members: number;
  shares: boolean;
  is_owner: boolean;
}

/** The teams that one is in. */
export interface Teams {
  rows: TeamRow[];
}

/** A member; numbers are null, and the days empty, for one who does not share. `tokens` and `usd` are those of each day; a day's `usd` is null where no price is known. */
export interface Member {
  name: string;
  is_me: boolean;
  is_owner: boolean;
  numbers: Numbers | null;
  active_days: number | null;
  tokens: number[];
  usd: (string | null)[];
}

/** What those who share used in so many UTC days; `days` are YYYY-MM-DD, oldest first, the last is today. */
export interface Team {
  id: number;
  name: string;
  is_owner: boolean;
  shares: boolean;
  days: string[];
  members: Member[];
  totals: Numbers;
}

/** An account, as admins see it. */
export interface AccountRow {
  name: string;
  alias: string | null;
  visibility: Visibility;
  is_admin: boolean;
  is_hidden: boolean;
  created_at: number;
  seen_at: number | null;
  devices: number;
  total_tokens: number;
  flags: number;
}

/** A page of accounts, by name. */
export interface Accounts {
  rows: AccountRow[];
  row_count: number;
  next_offset: number | null;
}

/** Something implausible that a person should look at: `kind` is a word, `detail` its figures in English. */
export interface FlagRow {
  id: number;
  account: string;
  device: number | null;
  at: number;
  kind: string;
  detail: string;
  verdict: "fine" | "wrong" | null;
}

/** Flags, those not judged first. */
export interface Flags {
  rows: FlagRow[];
  truncated: boolean;
}
