// Written by `npm run types` from docs/reference/schemas.json.

/** A thread below a root thread: a sub-agent, a review, a guardian or a fork, with its own numbers. */
export interface Agent {
  calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  uncached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
  usd: string | null;
  estimated_usd: string | null;
  priced_share: string | null;
  unpriced_calls: number;
  credits: string | null;
  credited_share: string | null;
  thread_id: string;
  name: string | null;
  parent_thread_id: string | null;
  source: string | null;
  role: string | null;
  nickname: string | null;
  latest_at: number | null;
}

/** Five hours of use; `basis` is observed where the logs told of the window, derived where calls alone tell. */
export interface Block {
  starts_at: number;
  ends_at: number;
  basis: string;
  active: boolean;
  account: string | null;
  plan: string | null;
  used_percent: number | null;
  used: Numbers;
  projection: Projection | null;
  forecast: Forecast | null;
}

/** Blocks of five hours, the newest first. */
export interface Blocks {
  schema: string;
  scope: Scope;
  rows: Block[];
  row_count: number;
  truncated: boolean;
}

/** A stretch of local time: its name (ISO), its first instant, and the first one after it (milliseconds UTC). */
export interface Bucket {
  label: string;
  starts_at: number;
  ends_at: number;
}

/** All budgets; `status` is the worst of theirs, ok where there are none. */
export interface BudgetCheck {
  schema: string;
  scope: Scope;
  status: string;
  budgets: BudgetState[];
}

/** One budget and what was used of it in its present period (milliseconds UTC, half-open). `amount`, `used` and `left` are decimal texts in its `unit` (usd, credits or tokens); `left` is below 0 where more was used. `status` is ok, warn, over, or unknown where nothing can be said; `at_least` says that calls without a price are not in `used`. */
export interface BudgetState {
  name: string;
  unit: string;
  amount: string;
  per: string;
  limit: string | null;
  project: string | null;
  model: string | null;
  since: number | null;
  until: number | null;
  used: string | null;
  left: string | null;
  used_percent: number | null;
  at_least: boolean;
  status: string;
}

/** Percent per hour: over the last `lately_ms`, and since the window began. */
export interface Burn {
  lately: number;
  lately_ms: number;
  overall: number;
}

/** One call, the calls before and after it in its thread, and its facts. */
export interface Call {
  schema: string;
  scope: Scope;
  record: CallRow;
  previous: CallRow | null;
  next: CallRow | null;
  facts: FactRow[];
}

/** One call; instants and durations in milliseconds, `context_used` tokens of `context_window`. `usd` and `credits` are decimal texts, null where there is no price; `pricing_status` is priced, estimated or unpriced, `credit_confidence` exact, inferred, user_override or missing. `priced_as` is the model whose price was taken, and `assumed` has the words model, tier and date where one of these was not known. */
export interface CallRow {
  record_id: string;
  at: number;
  thread_id: string;
  thread_name: string | null;
  root_thread_id: string | null;
  turn_id: string | null;
  response_id: string | null;
  model: string | null;
  effort: string | null;
  tier: string | null;
  kind: string;
  basis: string;
  origin: string;
  reason: string;
  confidence: string;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  uncached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
  usd: string | null;
  credits: string | null;
  pricing_status: string;
  credit_confidence: string;
  priced_as: string | null;
  assumed: string | null;
  context_window: number | null;
  context_used: number;
  duration_ms: number | null;
  gap_ms: number | null;
  logged_input_tokens: number | null;
  logged_cached_input_tokens: number | null;
  logged_cache_write_input_tokens: number | null;
  logged_output_tokens: number | null;
  logged_reasoning_output_tokens: number | null;
  project: string | null;
  cwd: string | null;
  git_branch: string | null;
  originator: string | null;
  client_version: string | null;
  archived: boolean;
  source_file: string;
  line: number;
}

/** A page of calls; the totals are those of all calls in scope. */
export interface Calls {
  schema: string;
  scope: Scope;
  rows: CallRow[];
  totals: Numbers;
  row_count: number;
  total_matched_rows: number;
  limit: number;
  offset: number;
  has_more: boolean;
  next_offset: number | null;
}

/** One thing that was looked at; `repair` is a command, told when it is asked for. */
export interface Check {
  name: string;
  status: "fail" | "pass" | "warn";
  message: string;
  hint: string;
  repair: string | null;
}

/** A range beside the same length before it, by local days where it begins at a midnight. `changes` are decimal texts, 0.25 for a quarter more; null where there was nothing before. `before` is null where a range has no beginning. */
export interface Compare {
  schema: string;
  scope: Scope;
  since: number | null;
  until: number;
  before_since: number | null;
  before_until: number | null;
  totals: Numbers;
  before: Numbers | null;
  changes: Record<string, string | null>;
}

/** How full the context windows were, of the calls that tell their window. `tenths` counts calls by tenths of their window, the last one with those above it; `over` the calls above 50, 80 and 90 percent. */
export interface Context {
  schema: string;
  scope: Scope;
  sample_count: number;
  avg_context_used: number | null;
  avg_context_window: number | null;
  avg_pressure_pct: number | null;
  max_pressure_pct: number | null;
  tenths: number[];
  over: Record<string, number>;
}

/** How much of the usage has a price, by model. */
export interface Coverage {
  schema: string;
  scope: Scope;
  rows: CoverageRow[];
  totals: Numbers;
  row_count: number;
  truncated: boolean;
}

/** How the calls of a model were priced; the words are those of `CallRow`. */
export interface CoverageRow {
  calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  uncached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
  usd: string | null;
  estimated_usd: string | null;
  priced_share: string | null;
  unpriced_calls: number;
  credits: string | null;
  credited_share: string | null;
  model: string | null;
  provider: string | null;
  pricing_status: string;
  credit_confidence: string;
  priced_as: string | null;
  assumed: string | null;
}

/** How the database is: `problem` tells why nothing more is known, `damage` what SQLite found wrong. */
export interface DatabaseState {
  db_path: string;
  exists: boolean;
  problem: string;
  hint: string;
  bytes: number;
  private: boolean;
  private_folder: boolean;
  schema_version: number;
  calls: number;
  damage: string[];
  broken_references: number;
  wrong_sums: number;
  wrong_costs: number;
  unsettled_threads: number;
  notes: Record<string, number>;
  free_bytes: number;
}

/** A local day on which there were calls; money in decimal texts. */
export interface Day {
  day: string;
  calls: number;
  total_tokens: number;
  usd: string | null;
  credits: string | null;
}

/** The files that were deleted, and how many calls were in them. */
export interface Deletion {
  schema: string;
  deleted_paths: string[];
  deleted_calls: number;
}

/** A made-up history that was written, and the command that shows it. */
export interface DemoHistory {
  schema: string;
  home: string;
  db_path: string;
  calls: number;
  total_tokens: number;
  seed: number;
  next: string;
}

/** All checks, with the worst verdict, and what they are made from. */
export interface Doctor {
  schema: string;
  status: "fail" | "pass" | "warn";
  checks: Check[];
  homes: HomeFiles[];
  database: DatabaseState;
  privacy_mode: string;
}

/** A file that was written, with its rows and bytes. */
export interface Export {
  schema: string;
  path: string;
  format: string;
  rows: number;
  bytes: number;
  privacy_mode: string;
}

/** A safe label with how often it occurs, in how many calls, and the tokens of its outputs. */
export interface FactRow {
  type: string;
  name: string;
  count: number;
  calls: number;
  output_tokens: number;
}

/** Why a command failed: a stable code, what happened, what to do next. */
export interface Failure {
  code: string;
  message: string;
  hint: string;
}

/** The answer of a command that failed. */
export interface FailureAnswer {
  error: Failure;
}

/** A file or folder that could not be read, and why. */
export interface FileProblem {
  path: string;
  reason: string;
}

/** What will be used of a window at its reset, in percent, and when all of it is used up. `verdict` is safe, tight, over, full or unknown; `sentence` answers whether it is safe to go on, or says why there is no forecast. At least four of five times use ends between `percent_low` and `percent_high`; safe are windows that are not used up in the worst case either. `full_at`, `full_earliest_at` (the worst case) and `full_latest_at` are null where that is not before the reset. `stretches` is how many stretches of earlier use were learned from, 0 where the window's own pace is all there is. */
export interface Forecast {
  verdict: string;
  sentence: string;
  percent_low: number | null;
  percent_expected: number | null;
  percent_high: number | null;
  full_at: number | null;
  full_earliest_at: number | null;
  full_latest_at: number | null;
  stretches: number;
}

/** Use by local day and by hour of the week. `hours` has a row for each weekday from Monday with the calls of its 24 hours, `hour_tokens` their tokens. A streak is a row of days with calls; the current one ends today or yesterday. */
export interface Heatmap {
  schema: string;
  scope: Scope;
  days: Day[];
  active_days: number;
  current_streak_days: number;
  longest_streak_days: number;
  longest_streak_from_day: string | null;
  busiest_day: string | null;
  hours: number[][];
  hour_tokens: number[][];
}

/** The rollouts of a Codex home: on disk, not read yet, and read before but gone. */
export interface HomeFiles {
  home: string;
  found: boolean;
  active_files: number;
  archived_files: number;
  compressed_files: number;
  bytes: number;
  unread_files: number;
  gone_files: number;
  unreadable_files: number;
}

/** The last window that is over, and what all of it would be at its rate; null where too little was used. */
export interface LastWindow {
  starts_at: number;
  ends_at: number;
  used_percent: number;
  whole_tokens: number | null;
  whole_usd: string | null;
  whole_credits: string | null;
}

/** One window with what was used in it and what happened to it. `starts_at` is a length before the reset, or the first sight of it where `start_known` is false; `ends_at` is the reset, or before it the beginning of the window that followed. `reset_assumed`: the reset comes from a setting. `reset_early`: it was reset before its time. `contested`: the logs tell of two resets at once. `used` are the calls that drew on the limit, null where that is unknown; `credits_per_percent` is null unless five percent and more were seen to be used, nearly all of it with known credits. */
export interface LimitWindow {
  limit_id: string;
  window_minutes: number;
  used_percent: number;
  left_percent: number;
  observed_at: number;
  resets_at: number | null;
  passed: boolean;
  plan: string | null;
  credits: string | null;
  forecast: Forecast | null;
  account: string | null;
  starts_at: number;
  ends_at: number;
  start_known: boolean;
  reset_assumed: boolean;
  reset_moved: boolean;
  reset_early: boolean;
  plan_changed: boolean;
  contested: boolean;
  burn: Burn | null;
  used: Numbers | null;
  credits_per_percent: string | null;
}

/** The limits as they stand, their earlier windows (the newest first), and what they are worth. */
export interface Limits {
  schema: string;
  scope: Scope;
  windows: LimitWindow[];
  history: LimitWindow[];
  quotas: QuotaEstimate[];
  allowance: TypedAllowance[];
}

/** One rollout: whose it is, its calls by model, basis and kind, and what stands beside them. `claims` are calls that this log repeats, or seems to repeat, from another; they count only where the other is gone. */
export interface LogInspection {
  schema: string;
  path: string;
  bytes: number;
  lines: number;
  read_bytes: number;
  thread_id: string;
  thread_name: string | null;
  parent_thread_id: string | null;
  forked_from_id: string | null;
  created_at: number | null;
  cwd: string | null;
  git_branch: string | null;
  originator: string | null;
  client_version: string | null;
  source: string | null;
  first_at: number | null;
  last_at: number | null;
  totals: Tokens;
  models: Record<string, Tokens>;
  bases: Record<string, number>;
  kinds: Record<string, number>;
  claims: Record<string, number>;
  turns: number;
  facts: Record<string, number>;
  limits: LogLimit[];
  notes: LogNote[];
  privacy_mode: string;
}

/** A limit window as a log showed it last. */
export interface LogLimit {
  limit_id: string;
  window_minutes: number;
  used_percent: number;
  observed_at: number;
  resets_at: number | null;
  plan: string | null;
}

/** Something odd about a log: how often, on which line first, and what it means. */
export interface LogNote {
  code: string;
  count: number;
  first_line: number;
  meaning: string;
  expected: boolean;
}

/** How much of a thread was of one model or effort, null where it is unknown. */
export interface Mix {
  value: string | null;
  calls: number;
  total_tokens: number;
}

/** The numbers of a group of calls, as `query.metrics` defines them. `usd`, what the calls would cost at the API's list prices of their day, and `credits`, what they draw in Codex credits, are decimal texts, exact to the last digit, null where no call has a price. `priced_share` and `credited_share` say how much of the tokens they stand for; `estimated_usd` is the part of `usd` that is a guess. */
export interface Numbers {
  calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  uncached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
  usd: string | null;
  estimated_usd: string | null;
  priced_share: string | null;
  unpriced_calls: number;
  credits: string | null;
  credited_share: string | null;
}

/** What was understood of a pasted text, what not (`notes`), and where it was written. */
export interface ParsedAllowance {
  schema: string;
  path: string;
  backup_path: string | null;
  plan: string | null;
  credits: string | null;
  limits: TypedLimit[];
  notes: string[];
}

/** A figure of a model's price that is another one now, as decimal texts; null is none, or since ever. */
export interface PriceChange {
  model: string;
  tier: string | null;
  field: string;
  before: string | null;
  after: string | null;
  from_day: string | null;
}

/** What a price list changed in the user's prices, and where they were written, if they were. */
export interface PricingUpdate {
  schema: string;
  source: string;
  path: string;
  written: boolean;
  backup_path: string | null;
  listed_models: number;
  changes: PriceChange[];
}

/** Where a running block ends if it goes on as it began. */
export interface Projection {
  tokens_per_hour: number;
  total_tokens: number;
  usd: string | null;
  credits: string | null;
}

/** What a limit of a plan is worth, estimated from windows that can be compared; `reason` where it is unknown. */
export interface QuotaEstimate {
  limit_id: string;
  window_minutes: number;
  account: string | null;
  plan: string | null;
  worth: Worth[];
  last: LastWindow | null;
  reason: string | null;
}

/** What a refresh read; `parsed_events` and `inserted_or_updated_events` are other names of `new_calls`. */
export interface Refresh {
  schema: string;
  scanned_files: number;
  read_files: number;
  read_bytes: number;
  new_calls: number;
  parsed_events: number;
  inserted_or_updated_events: number;
  rewritten_files: number;
  repriced_calls: number;
  parser_diagnostics: Record<string, number>;
  problems: FileProblem[];
  waited: boolean;
  interrupted: boolean;
  generation: number;
  duration_ms: number;
  db_path: string;
}

/** A root thread with the numbers of all below it; `models` and `efforts` begin with the largest. */
export interface RootThread {
  calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  uncached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
  usd: string | null;
  estimated_usd: string | null;
  priced_share: string | null;
  unpriced_calls: number;
  credits: string | null;
  credited_share: string | null;
  thread_id: string;
  name: string | null;
  project: string | null;
  cwd: string | null;
  git_branch: string | null;
  created_at: number | null;
  latest_at: number | null;
  archived: boolean;
  models: Mix[];
  efforts: Mix[];
  agents: Agent[];
}

/** The numbers of one group; `key` is null where it is unknown, `keys` has one for each dimension. */
export interface Row {
  calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  uncached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
  usd: string | null;
  estimated_usd: string | null;
  priced_share: string | null;
  unpriced_calls: number;
  credits: string | null;
  credited_share: string | null;
  key: string | null;
  keys: Record<string, string | null>;
  name: string | null;
}

/** What an answer is about: range, filter, history, zone, of when the data is (milliseconds UTC), what is hidden. */
export interface Scope {
  since: number | null;
  until: number | null;
  history: string;
  timezone: string;
  as_of: number | null;
  generation: number;
  filters: Record<string, unknown>;
  privacy_mode: string;
}

/** One metric of one group over all buckets; of `usd` and `credits` the values are decimal texts. `key` is null where it is unknown or where all is one group; `others` says that the smaller groups are in it together. A value is null where calls have no price. */
export interface Series {
  metric: string;
  key: string | null;
  keys: Record<string, string | null>;
  others: boolean;
  values: (number | string | null)[];
  total: number | string | null;
}

/** One thread: what it is, its numbers, the threads below it, its turns, facts and calls. */
export interface Session {
  schema: string;
  scope: Scope;
  thread: ThreadInfo;
  totals: Numbers;
  members: Row[];
  turns: TurnRow[];
  facts: FactRow[];
  calls: CallRow[];
  call_count: number;
}

/** A file of settings that was written, which one it is, and the copy of the one before. */
export interface SettingsFile {
  schema: string;
  settings: string;
  path: string;
  backup_path: string | null;
}

/** One of the user's files of settings: what is wrong in it, and what in it means nothing. */
export interface SettingsState {
  path: string;
  problem: string;
  hint: string;
  warnings: string[];
}

/** Decimal texts: the least, the quartiles, the median and the most. */
export interface Spread {
  least: string;
  lower: string;
  median: string;
  upper: string;
  most: string;
}

/** The latest call, its context, the limits as last seen, and today's numbers. */
export interface Status {
  schema: string;
  scope: Scope;
  latest: CallRow | null;
  context_left_percent: number | null;
  windows: Window[];
  today: Numbers;
  week: Numbers;
  all_time: Numbers;
  budgets: BudgetState[];
}

/** Groups of calls with their numbers, and the numbers of all calls in scope. */
export interface Summary {
  schema: string;
  scope: Scope;
  group_by: string[];
  rows: Row[];
  totals: Numbers;
  row_count: number;
  truncated: boolean;
}

/** A thread as its session began. */
export interface ThreadInfo {
  thread_id: string;
  name: string | null;
  root_thread_id: string | null;
  parent_thread_id: string | null;
  forked_from_id: string | null;
  created_at: number | null;
  project: string | null;
  cwd: string | null;
  git_branch: string | null;
  git_commit: string | null;
  git_remote: string | null;
  originator: string | null;
  client_version: string | null;
  provider: string | null;
  source: string | null;
  role: string | null;
  nickname: string | null;
  account: string | null;
  history_mode: string | null;
  archived: boolean;
}

/** A page of root threads; the totals are those of all calls in scope. */
export interface Threads {
  schema: string;
  scope: Scope;
  rows: RootThread[];
  totals: Numbers;
  row_count: number;
  total_matched_rows: number;
  limit: number;
  offset: number;
  has_more: boolean;
  next_offset: number | null;
}

/** Use over time; empty buckets are there, the largest series is the first. */
export interface Timeseries {
  schema: string;
  scope: Scope;
  bucket: string;
  buckets: Bucket[];
  series: Series[];
  totals: Numbers;
}

/** Calls and their tokens, as `query.metrics` defines them. */
export interface Tokens {
  calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  uncached_input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
}

/** One turn with its calls' numbers; durations in milliseconds, `outcome` null while it runs. */
export interface TurnRow {
  turn_id: string;
  started_at: number | null;
  ended_at: number | null;
  duration_ms: number | null;
  first_token_ms: number | null;
  outcome: string | null;
  calls: number;
  total_tokens: number;
}

/** A limit as the user typed it in. */
export interface TypedAllowance {
  family: string | null;
  window: string;
  remaining_percent: number | null;
  reset_at: number | null;
  captured_at: number | null;
}

/** A limit as it was read from a pasted text; instants in milliseconds UTC, credits where they were told. */
export interface TypedLimit {
  family: string | null;
  limit: string;
  remaining_percent: number;
  reset_at: number | null;
  captured_at: number;
  total_credits: string | null;
  remaining_credits: string | null;
}

/** One rate-limit window as last seen; `passed` says that it is over, `credits` is the balance. Windows that others followed have no forecast. */
export interface Window {
  limit_id: string;
  window_minutes: number;
  used_percent: number;
  left_percent: number;
  observed_at: number;
  resets_at: number | null;
  passed: boolean;
  plan: string | null;
  credits: string | null;
  forecast: Forecast | null;
}

/** What a percent of a limit and all of it were worth in `n` windows; `unit` is credits, usd or tokens. */
export interface Worth {
  unit: string;
  n: number;
  per_percent: Spread;
  whole: Spread;
}
