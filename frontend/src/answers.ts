// Written by `npm run types` from docs/reference/schemas.json.

/** A thread below a root thread: a sub-agent, a review, a guardian or a fork, with its own numbers. */
export interface Agent {
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  calls: number;
  credited_share: string | null;
  credits: string | null;
  estimated_usd: string | null;
  input_tokens: number;
  latest_at: number | null;
  name: string | null;
  nickname: string | null;
  output_tokens: number;
  parent_thread_id: string | null;
  priced_share: string | null;
  reasoning_output_tokens: number;
  role: string | null;
  source: string | null;
  thread_id: string;
  total_tokens: number;
  uncached_input_tokens: number;
  unpriced_calls: number;
  usd: string | null;
}

/** What is at stake in a call, as a decimal text in USD, why, and what to do first. */
export interface Attention {
  action: string | null;
  findings: Finding[];
  score: string | null;
  severity: string;
}

/** Five hours of use; `basis` is observed where the logs told of the window, derived where calls alone tell. */
export interface Block {
  account: string | null;
  active: boolean;
  basis: string;
  ends_at: number;
  forecast: Forecast | null;
  plan: string | null;
  projection: Projection | null;
  starts_at: number;
  used: Numbers;
  used_percent: number | null;
}

/** Blocks of five hours, the newest first. */
export interface Blocks {
  row_count: number;
  rows: Block[];
  schema: string;
  scope: Scope;
  truncated: boolean;
}

/** A stretch of local time: its name (ISO), its first instant, and the first one after it (milliseconds UTC). */
export interface Bucket {
  ends_at: number;
  label: string;
  starts_at: number;
}

/** All budgets; `status` is the worst of theirs, ok where there are none. */
export interface BudgetCheck {
  budgets: BudgetState[];
  schema: string;
  scope: Scope;
  status: string;
}

/** One budget and what was used of it in its present period (milliseconds UTC, half-open). `amount`, `used` and `left` are decimal texts in its `unit` (usd, credits or tokens); `left` is below 0 where more was used. `status` is ok, warn, over, or unknown where nothing can be said; `at_least` says that calls without a price are not in `used`. */
export interface BudgetState {
  amount: string;
  at_least: boolean;
  left: string | null;
  limit: string | null;
  model: string | null;
  name: string;
  per: string;
  project: string | null;
  since: number | null;
  status: string;
  unit: string;
  until: number | null;
  used: string | null;
  used_percent: number | null;
}

/** All of it; `contents` is null where the database cannot be read, and `doctor` tells why. */
export interface Bundle {
  contents: Contents | null;
  created_at: number;
  doctor: Doctor;
  environment: Variable[];
  places: Place[];
  prices: PriceCards;
  privacy: BundlePrivacy;
  privacy_mode: string;
  program: Program;
  schema: string;
  settings: SettingsState[];
}

/** A bundle that was written. */
export interface BundleFile {
  bytes: number;
  path: string;
  privacy_mode: string;
  schema: string;
}

/** What is hidden in it, and what is never in it. */
export interface BundlePrivacy {
  local_paths: string;
  mode: string;
  never_included: string[];
}

/** Percent per hour: over the last `lately_ms`, and since the window began. */
export interface Burn {
  lately: number;
  lately_ms: number;
  overall: number;
}

/** What became of the cache before a call. `state` is first_call, post_compaction, warm_reuse, uncached_spike, partial_miss, model_switch, cold_resume, cache_break or unknown; `lost_tokens` could have come from the cache, and cost so much more than cached ones. */
export interface CacheState {
  idle_ms: number;
  lost_credits: string | null;
  lost_tokens: number;
  lost_usd: string | null;
  state: string;
}

/** One call, the calls before and after it in its thread, its facts, the cache before it, and what was found. */
export interface Call {
  attention: Attention;
  cache: CacheState;
  facts: FactRow[];
  next: CallRow | null;
  previous: CallRow | null;
  record: CallRow;
  schema: string;
  scope: Scope;
}

/** One call; instants and durations in milliseconds, `context_used` tokens of `context_window`. `usd` and `credits` are decimal texts, null where there is no price; `pricing_status` is priced, estimated or unpriced, `credit_confidence` exact, inferred, user_override or missing. `priced_as` is the model whose price was taken, and `assumed` has the words model, tier and date where one of these was not known. */
export interface CallRow {
  archived: boolean;
  assumed: string | null;
  at: number;
  basis: string;
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  client_version: string | null;
  confidence: string;
  context_used: number;
  context_window: number | null;
  credit_confidence: string;
  credits: string | null;
  cwd: string | null;
  duration_ms: number | null;
  effort: string | null;
  gap_ms: number | null;
  git_branch: string | null;
  input_tokens: number;
  kind: string;
  line: number;
  logged_cache_write_input_tokens: number | null;
  logged_cached_input_tokens: number | null;
  logged_input_tokens: number | null;
  logged_output_tokens: number | null;
  logged_reasoning_output_tokens: number | null;
  model: string | null;
  origin: string;
  originator: string | null;
  output_tokens: number;
  priced_as: string | null;
  pricing_status: string;
  project: string | null;
  reason: string;
  reasoning_output_tokens: number;
  record_id: string;
  response_id: string | null;
  root_thread_id: string | null;
  source_file: string;
  thread_id: string;
  thread_name: string | null;
  tier: string | null;
  total_tokens: number;
  turn_id: string | null;
  uncached_input_tokens: number;
  usd: string | null;
}

/** A page of calls; the totals are those of all calls in scope. */
export interface Calls {
  has_more: boolean;
  limit: number;
  next_offset: number | null;
  offset: number;
  row_count: number;
  rows: CallRow[];
  schema: string;
  scope: Scope;
  total_matched_rows: number;
  totals: Numbers;
}

/** Something that needs attention, and where it is seen. `count` is of calls, threads or limits, as `unit` says. The card of the allowance tells of the `window` that presses most; nothing is at stake in it, and its `action` is the forecast. */
export interface Card {
  action: string;
  count: number;
  credits: string | null;
  key: string;
  link: ViewLink;
  severity: string;
  stake: string | null;
  thread_id: string | null;
  thread_name: string | null;
  title: string;
  unit: string;
  window: Window | null;
}

/** The last seven local days beside the seven before them; calls without a price in USD are in neither. */
export interface Change {
  before_cache_ratio: number | null;
  before_since: number;
  before_until: number;
  before_usd: string;
  cache_ratio: number | null;
  change_usd: string;
  since: number;
  splits: ChangeSplit[];
  until: number;
  usd: string;
}

/** A part of a change in USD: of a group of calls, or of a cause; `others` has the smaller groups together. */
export interface ChangePart {
  before_usd: string | null;
  change_usd: string;
  key: string | null;
  keys: Record<string, string | null>;
  others: boolean;
  usd: string | null;
}

/** A change taken apart in one way; its parts come to the whole change, exactly. */
export interface ChangeSplit {
  dimension: string;
  label: string;
  parts: ChangePart[];
}

/** A path that was changed; lines are those of patches. */
export interface ChangedPathRow {
  added: number;
  deleted: number;
  events: number;
  extension: string;
  lines_added: number;
  lines_removed: number;
  logs: number;
  moved: number;
  path: string;
  updated: number;
  written: number;
}

/** One thing that was looked at; `detail` is what a file of the user's says, `repair` a command if asked for. */
export interface Check {
  detail: string;
  hint: string;
  message: string;
  name: string;
  repair: string | null;
  status: "fail" | "pass" | "warn";
}

/** How many threads and calls a client wrote. */
export interface ClientCount {
  calls: number;
  client_version: string | null;
  originator: string | null;
  threads: number;
}

/** A command: how often it ran, shell calls that began with it and failed, or repeated a failed one. */
export interface CommandRow {
  commands: number;
  counted_outputs: number;
  effect: string;
  failed: number;
  output_tokens: number;
  program: string;
  retries: number;
  retry_output_tokens: number;
  verb: string;
}

/** What was run in the shell. */
export interface Commands {
  calls: number;
  commands: CommandRow[];
  computed_at: number | null;
  logs: number;
  missing_logs: number;
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  status: string;
  summary: CommandsSummary | null;
}

/** Shell calls and the commands in them. */
export interface CommandsSummary {
  commands: number;
  failed_calls: number;
  output_tokens: number;
  retries: number;
  retry_output_tokens: number;
  shell_calls: number;
  unique_commands: number;
}

/** A range beside the same length before it, by local days where it begins at a midnight. `changes` are decimal texts, 0.25 for a quarter more; null where there was nothing before. `before` is null where a range has no beginning. */
export interface Compare {
  before: Numbers | null;
  before_since: number | null;
  before_until: number | null;
  changes: Record<string, string | null>;
  schema: string;
  scope: Scope;
  since: number | null;
  totals: Numbers;
  until: number;
}

/** On how few threads, folders, days and models the tokens went, and the largest calls. */
export interface Concentration {
  calls: number;
  computed_at: number | null;
  dimensions: ConcentrationRow[];
  largest_calls: CallRow[];
  logs: number;
  missing_logs: number;
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  status: string;
  totals: Numbers;
}

/** How unevenly tokens are spread over the groups of a dimension. `effective_groups` is one over the sum of squared shares: so many equal groups would be as concentrated. */
export interface ConcentrationRow {
  dimension: string;
  effective_groups: string | null;
  group_count: number;
  top_1_share: string | null;
  top_3_share: string | null;
  top_5_share: string | null;
  top_rows: Row[];
}

/** What the database holds, counted: rows of each table, and calls by what their figures and prices rest on. */
export interface Contents {
  by_basis: Record<string, number>;
  by_confidence: Record<string, number>;
  by_credit_confidence: Record<string, number>;
  by_kind: Record<string, number>;
  by_pricing_status: Record<string, number>;
  clients: ClientCount[];
  costs_follow_prices: boolean;
  first_call_at: number | null;
  last_call_at: number | null;
  last_limit_at: number | null;
  limits: number;
  notes: NoteCount[];
  refresh: LastRefresh;
  rows: Record<string, number>;
  unpriced_models: UnpricedModel[];
}

/** Whether the server reads what calls were made of. */
export interface ContextSettings {
  context_api: string;
  enabled: boolean;
  schema: string;
}

/** How much of the usage has a price, by model. */
export interface Coverage {
  row_count: number;
  rows: CoverageRow[];
  schema: string;
  scope: Scope;
  totals: Numbers;
  truncated: boolean;
}

/** How the calls of a model were priced; the words are those of `CallRow`. */
export interface CoverageRow {
  assumed: string | null;
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  calls: number;
  credit_confidence: string;
  credited_share: string | null;
  credits: string | null;
  estimated_usd: string | null;
  input_tokens: number;
  model: string | null;
  output_tokens: number;
  priced_as: string | null;
  priced_share: string | null;
  pricing_status: string;
  provider: string | null;
  reasoning_output_tokens: number;
  total_tokens: number;
  uncached_input_tokens: number;
  unpriced_calls: number;
  usd: string | null;
}

/** A dashboard that was written as one file: its calls, and how many of those asked for it leaves out. `as_of` is the instant (milliseconds UTC) up to which logs had been read. */
export interface DashboardFile {
  as_of: number | null;
  bytes: number;
  calls: number;
  left_out_calls: number;
  path: string;
  privacy_mode: string;
  schema: string;
}

/** How the database is: `problem` tells why nothing more is known, `damage` what SQLite found wrong. */
export interface DatabaseState {
  broken_references: number;
  bytes: number;
  calls: number;
  damage: string[];
  db_path: string;
  exists: boolean;
  free_bytes: number;
  hint: string;
  notes: Record<string, number>;
  problem: string;
  schema_version: number;
  unsettled_threads: number;
  wrong_costs: number;
  wrong_sums: number;
}

/** A local day on which there were calls; money in decimal texts. */
export interface Day {
  calls: number;
  credits: string | null;
  day: string;
  total_tokens: number;
  usd: string | null;
}

/** The files that were deleted, and how many calls were in them. */
export interface Deletion {
  deleted_calls: number;
  deleted_paths: string[];
  schema: string;
}

/** A made-up history that was written, and the command that shows it. */
export interface DemoHistory {
  calls: number;
  db_path: string;
  home: string;
  next: string;
  schema: string;
  seed: number;
  total_tokens: number;
}

/** Whether a made-up history can be shown, and whether it is there to be seen at /?demo=1. */
export interface DemoState {
  available: boolean;
  ready: boolean;
}

/** Whether logs are being read for diagnostics now: since when, and how much of them is done (0 to 1). `outcome` is what became of the last time: done (so many logs read, so many missing), cancelled or failed. */
export interface DiagnosticsJob {
  logs: number;
  message: string | null;
  missing_logs: number;
  outcome: string | null;
  running: boolean;
  schema: string;
  share_done: string | null;
  started_at: number | null;
}

/** All checks, with the worst verdict, and what they are made from. */
export interface Doctor {
  checks: Check[];
  database: DatabaseState;
  exposed: Exposure[];
  homes: HomeFiles[];
  privacy_mode: string;
  schema: string;
  status: "fail" | "pass" | "warn";
}

/** The lines between the call before and this one; `before` asks for what is older, null at the file's beginning. `visible_token_estimate` counts the texts of all selected entries before anything is cut, by the vocabulary that `visible_token_estimator` names, or as a token for three bytes (`characters`). */
export interface Evidence {
  action_timing: EvidenceSpan;
  before: number | null;
  context_mode: string;
  entries: EvidenceEntry[];
  include_compaction_history: boolean;
  include_tool_output: boolean;
  loaded_on_demand: boolean;
  max_chars: number;
  max_entries: number;
  omitted: EvidenceOmitted;
  raw_context_persisted: boolean;
  record: CallRow;
  schema: string;
  scope: Scope;
  serialized_evidence: SerializedEvidence;
  source: EvidenceSource;
  visible_char_count: number;
  visible_token_estimate: number;
  visible_token_estimator: string;
}

/** One line of the log; `text` is redacted, null where there is none, it was not asked for or is hidden. `character_count` is that of the whole text, `truncated` says that less of it is shown. */
export interface EvidenceEntry {
  action_timing: EvidenceTiming;
  character_count: number;
  label: string;
  line_number: number;
  name: string | null;
  text: string | null;
  timestamp: number | null;
  token_usage: EvidenceUsage | null;
  truncated: boolean;
  type: string;
}

/** What the lines hold that is not shown: older entries, cut texts, parts not asked for, what stands there twice. */
export interface EvidenceOmitted {
  characters: number;
  compaction_histories: number;
  entries: number;
  repeated_lines: number;
  tool_output_characters: number;
  tool_outputs: number;
  unreadable_lines: number;
}

/** The file that was read; `moved` says that it lies elsewhere than when it was read for the database. */
export interface EvidenceSource {
  compressed: boolean;
  file: string;
  first_line: number;
  line_number: number;
  moved: boolean;
}

/** Milliseconds from the first entry shown to the last, and the longest between two of them. */
export interface EvidenceSpan {
  slowest_gap_ms: number | null;
  total_elapsed_ms: number | null;
}

/** Milliseconds since the first entry, and since the entry before; null where a line tells no time. */
export interface EvidenceTiming {
  elapsed_ms: number | null;
  gap_ms: number | null;
}

/** Token counters as a line of the log has them, null where it has none. */
export interface EvidenceTokens {
  cached_input_tokens: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
  reasoning_output_tokens: number | null;
  total_tokens: number | null;
  uncached_input_tokens: number | null;
}

/** What a token count tells: of the call, and in total of the session up to it. */
export interface EvidenceUsage {
  call: EvidenceTokens | null;
  total: EvidenceTokens | null;
}

/** A file that was written, with its rows and bytes. */
export interface Export {
  bytes: number;
  format: string;
  path: string;
  privacy_mode: string;
  rows: number;
  schema: string;
}

/** A file or folder of the tracker's that others can read: by its mode (`open`), another user's, or by a link. */
export interface Exposure {
  path: string;
  what: string;
  why: string;
}

/** Changes by the ending of names. */
export interface ExtensionRow {
  events: number;
  extension: string;
  lines_added: number;
  lines_removed: number;
  paths: number;
}

/** A fact with the tokens of all calls that have it. These are associated: a call with several facts counts for each, so they do not add up. `share_tokens` do: each call's tokens are divided among its facts of the type; `share` is their part of the type's tokens. The tokens of tools' outputs are those that outputs tell; `largest_tokens` are those of the largest call. */
export interface Fact {
  cache_ratio: string | null;
  cached_input_tokens: number;
  calls: number;
  fact_category: string;
  fact_name: string;
  fact_type: string;
  input_tokens: number;
  largest_tokens: number;
  latest_at: number;
  occurrences: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  share: string | null;
  share_tokens: number;
  tool_output_tokens: number;
  total_tokens: number;
  uncached_input_tokens: number;
}

/** A page of the calls that have a fact; `fact` is null where none has. */
export interface FactCalls {
  fact: Fact | null;
  has_more: boolean;
  limit: number;
  notes: string[];
  offset: number;
  row_count: number;
  rows: CallRow[];
  schema: string;
  scope: Scope;
  total_matched_rows: number;
  view: string;
}

/** A safe label with how often it occurs, in how many calls, and the tokens of its outputs. */
export interface FactRow {
  calls: number;
  count: number;
  name: string;
  output_tokens: number;
  type: string;
}

/** A type of facts: its names, occurrences, and the calls with any of it, whose tokens the shares add up to. */
export interface FactType {
  calls: number;
  fact_category: string;
  fact_type: string;
  names: number;
  occurrences: number;
  total_tokens: number;
}

/** Facts of the calls in scope, and the types they are of. */
export interface Facts {
  notes: string[];
  row_count: number;
  rows: Fact[];
  schema: string;
  scope: Scope;
  total_matched_rows: number;
  truncated: boolean;
  types: FactType[];
  view: string;
}

/** Why a command failed: a stable code, what happened, what to do next. */
export interface Failure {
  code: string;
  hint: string;
  message: string;
}

/** The answer of a command that failed. */
export interface FailureAnswer {
  error: Failure;
}

/** A file that was made, changed or removed, or kept because somebody else wrote it; `text` is what is put in. */
export interface FileChange {
  change: "changed" | "kept" | "made" | "removed";
  path: string;
  text: string | null;
}

/** What was changed. */
export interface FileModifications {
  by_extension: ExtensionRow[];
  calls: number;
  computed_at: number | null;
  largest_events: LargeChangeRow[];
  logs: number;
  missing_logs: number;
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  status: string;
  summary: FileModificationsSummary | null;
  top_paths: ChangedPathRow[];
}

/** Patches that were applied or not, shell commands that wrote, and the changes they made. */
export interface FileModificationsSummary {
  added: number;
  deleted: number;
  events: number;
  failed_patches: number;
  lines_added: number;
  lines_removed: number;
  moved: number;
  patches: number;
  shell_writes: number;
  unique_paths: number;
  updated: number;
  written: number;
}

/** A file or folder that could not be read, and why. */
export interface FileProblem {
  path: string;
  reason: string;
}

/** What was read, by whom and how often. */
export interface FileReads {
  by_reader: ReaderRow[];
  calls: number;
  computed_at: number | null;
  largest_read_commands: LargeReadRow[];
  logs: number;
  missing_logs: number;
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  status: string;
  summary: FileReadsSummary | null;
  top_paths: ReadPathRow[];
}

/** Reads of files; `re_reads` read the same part of a path again that nothing had changed, within one context. */
export interface FileReadsSummary {
  output_tokens: number;
  re_read_tokens: number;
  re_reads: number;
  read_commands: number;
  read_events: number;
  uncounted_reads: number;
  unique_paths_read: number;
}

/** What a rule found: why, and what to do. `stake` (USD, of credits where there is no price in USD) and `credits` are what its `tokens` are worth, as decimal texts, null where there is no price; no token of a call stands in two findings. `waste` says that they need not have been spent. `severity` is high, medium or review. */
export interface Finding {
  action: string;
  credits: string | null;
  key: string;
  severity: string;
  stake: string | null;
  title: string;
  tokens: number;
  waste: boolean;
  why: string;
}

/** What a rule found in several calls; the words are those of `Finding`, `share` a part of the cost of all calls. */
export interface FindingSum {
  action: string;
  calls: number;
  credits: string | null;
  key: string;
  severity: string;
  share: string | null;
  stake: string | null;
  title: string;
  tokens: number;
  waste: boolean;
}

/** A call with what was found in it, the most at stake first. */
export interface FlaggedCall {
  action: string | null;
  archived: boolean;
  assumed: string | null;
  at: number;
  basis: string;
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  client_version: string | null;
  confidence: string;
  context_used: number;
  context_window: number | null;
  credit_confidence: string;
  credits: string | null;
  cwd: string | null;
  duration_ms: number | null;
  effort: string | null;
  findings: Finding[];
  gap_ms: number | null;
  git_branch: string | null;
  input_tokens: number;
  kind: string;
  line: number;
  logged_cache_write_input_tokens: number | null;
  logged_cached_input_tokens: number | null;
  logged_input_tokens: number | null;
  logged_output_tokens: number | null;
  logged_reasoning_output_tokens: number | null;
  model: string | null;
  origin: string;
  originator: string | null;
  output_tokens: number;
  priced_as: string | null;
  pricing_status: string;
  project: string | null;
  reason: string;
  reasoning_output_tokens: number;
  record_id: string;
  response_id: string | null;
  root_thread_id: string | null;
  score: string | null;
  severity: string;
  source_file: string;
  thread_id: string;
  thread_name: string | null;
  tier: string | null;
  total_tokens: number;
  turn_id: string | null;
  uncached_input_tokens: number;
  usd: string | null;
}

/** A root thread with what was found in its calls and those below it, the most at stake first. */
export interface FlaggedThread {
  action: string | null;
  agents: Agent[];
  archived: boolean;
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  calls: number;
  created_at: number | null;
  credited_share: string | null;
  credits: string | null;
  cwd: string | null;
  efforts: Mix[];
  estimated_usd: string | null;
  findings: FindingSum[];
  flagged_calls: number;
  git_branch: string | null;
  input_tokens: number;
  latest_at: number | null;
  models: Mix[];
  name: string | null;
  output_tokens: number;
  priced_share: string | null;
  project: string | null;
  reasoning_output_tokens: number;
  score: string | null;
  severity: string;
  thread_id: string;
  total_tokens: number;
  uncached_input_tokens: number;
  unpriced_calls: number;
  usd: string | null;
}

/** What will be used of a window at its reset, in percent, and when all of it is used up. `verdict` is safe, tight, over, full or unknown; `sentence` answers whether it is safe to go on, or says why there is no forecast. At least four of five times use ends between `percent_low` and `percent_high`; safe are windows that are not used up in the worst case either. `full_at`, `full_earliest_at` (the worst case) and `full_latest_at` are null where that is not before the reset. `stretches` is how many stretches of earlier use were learned from, 0 where the window's own pace is all there is. */
export interface Forecast {
  full_at: number | null;
  full_earliest_at: number | null;
  full_latest_at: number | null;
  percent_expected: number | null;
  percent_high: number | null;
  percent_low: number | null;
  sentence: string;
  stretches: number;
  verdict: string;
}

/** A tool: how often it was called and answered, and the tokens of the outputs that tell their count. */
export interface FunctionRow {
  calls: number;
  counted_outputs: number;
  function: string;
  output_tokens: number;
  outputs: number;
}

/** What was done with git and GitHub. */
export interface GitInteractions {
  calls: number;
  categories: GitSum[];
  computed_at: number | null;
  interactions: GitRow[];
  logs: number;
  missing_logs: number;
  mutability: GitSum[];
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  status: string;
  summary: GitSummary | null;
}

/** An operation of git or gh; of a category or a mutability, all of its operations. */
export interface GitRow {
  category: string;
  failed: number;
  interactions: number;
  mutability: string;
  operation: string;
  output_tokens: number;
  program: string;
}

/** The interactions of one category or mutability. */
export interface GitSum {
  failed: number;
  interactions: number;
  name: string;
  output_tokens: number;
}

/** Shell calls with git or gh in them, and the commands themselves. */
export interface GitSummary {
  git_command_calls: number;
  git_shell_calls: number;
  github_cli_calls: number;
  local_mutation: number;
  read_only: number;
  remote_mutation: number;
  unique_interactions: number;
  unknown: number;
}

/** Use by local day and by hour of the week. `hours` has a row for each weekday from Monday with the calls of its 24 hours, `hour_tokens` their tokens. A streak is a row of days with calls; the current one ends today or yesterday. */
export interface Heatmap {
  active_days: number;
  busiest_day: string | null;
  current_streak_days: number;
  days: Day[];
  hour_tokens: number[][];
  hours: number[][];
  longest_streak_days: number;
  longest_streak_from_day: string | null;
  schema: string;
  scope: Scope;
}

/** The rollouts of a Codex home: on disk, not read yet, and read before but gone. */
export interface HomeFiles {
  active_files: number;
  archived_files: number;
  bytes: number;
  compressed_files: number;
  found: boolean;
  gone_files: number;
  home: string;
  unread_files: number;
  unreadable_files: number;
}

/** A Codex home, whether it is read and there at all, what lies in it, and what was counted of it. */
export interface HomeRow {
  calls: number | null;
  created_at: number | null;
  files: number | null;
  found: boolean;
  id: number;
  label: string;
  last_seen_at: number | null;
  path: string;
  read: boolean;
  unread_files: number | null;
  unreadable_files: number | null;
}

/** What was taken in of what Codex printed. Of the calls that were told, some are new, some were known, some are held by rollouts or told better elsewhere; `superseded_calls` gave way to better ones. `clocks` counts new calls by what told their instant, `skipped` lines by why they were not used. */
export interface Ingest {
  clocks: Record<string, number>;
  db_path: string;
  duration_ms: number;
  files: string[];
  generation: number;
  held_calls: number;
  interrupted: boolean;
  items: number;
  kinds: Record<string, number>;
  known_calls: number;
  lines: number;
  new_calls: number;
  noted_limits: number;
  schema: string;
  skipped: Record<string, number>;
  status_snapshots: number;
  superseded_calls: number;
  threads: number;
  turns: number;
  usage_lines: number;
  web_actions: number;
}

/** What needs attention, ready views, the threads with most at stake, waste, changes, and notices about the data. */
export interface Insights {
  cards: Card[];
  change: Change;
  findings: FindingSum[];
  notices: Notice[];
  presets: Preset[];
  schema: string;
  scope: Scope;
  score: string | null;
  threads: FlaggedThread[];
  waste: Waste;
}

/** What became of files, or (`dry_run`) would; `next` and `undo` are commands, `notes` what has to be known. */
export interface Installation {
  changes: FileChange[];
  dry_run: boolean;
  next: string | null;
  notes: string[];
  privacy_mode: string;
  schema: string;
  undo: string | null;
}

/** A change of many lines, where it stands in the log. */
export interface LargeChangeRow {
  at: number | null;
  change: string;
  extension: string;
  line: number;
  lines_added: number;
  lines_removed: number;
  path: string;
  thread_id: string;
}

/** A command that read much, where it stands in the log. */
export interface LargeReadRow {
  at: number | null;
  line: number;
  output_tokens: number;
  paths: number;
  reader: string;
  thread_id: string;
}

/** When logs were last looked at and something changed, and how long the last one that read something took. */
export interface LastRefresh {
  changed_at: number | null;
  generation: number;
  read_bytes: number | null;
  read_files: number | null;
  read_ms: number | null;
  refreshed_at: number | null;
}

/** The last window that is over, and what all of it would be at its rate; null where too little was used. */
export interface LastWindow {
  ends_at: number;
  starts_at: number;
  used_percent: number;
  whole_credits: string | null;
  whole_tokens: number | null;
  whole_usd: string | null;
}

/** A library that the program uses; null where it is not installed. */
export interface Library {
  name: string;
  version: string | null;
}

/** One window with what was used in it and what happened to it. `starts_at` is a length before the reset, or the first sight of it where `start_known` is false; `ends_at` is the reset, or before it the beginning of the window that followed. `reset_assumed`: the reset comes from a setting. `reset_early`: it was reset before its time. `contested`: the logs tell of two resets at once. `used` are the calls that drew on the limit, null where that is unknown; `credits_per_percent` is null unless five percent and more were seen to be used, nearly all of it with known credits. `course` is how use rose, in two hundred points at most: of the windows of now, and of earlier ones at the instant that was asked for. */
export interface LimitWindow {
  account: string | null;
  burn: Burn | null;
  contested: boolean;
  course: Seen[];
  credits: string | null;
  credits_per_percent: string | null;
  ends_at: number;
  forecast: Forecast | null;
  left_percent: number;
  limit_id: string;
  observed_at: number;
  passed: boolean;
  plan: string | null;
  plan_changed: boolean;
  reset_assumed: boolean;
  reset_early: boolean;
  reset_moved: boolean;
  resets_at: number | null;
  start_known: boolean;
  starts_at: number;
  used: Numbers | null;
  used_percent: number;
  window_minutes: number;
}

/** The limits as they stand, their earlier windows (the newest first), and what they are worth. */
export interface Limits {
  allowance: TypedAllowance[];
  history: LimitWindow[];
  quotas: QuotaEstimate[];
  schema: string;
  scope: Scope;
  windows: LimitWindow[];
}

/** An address that lets one browser in, once, for so many seconds; `proof` is for who asked by the file. */
export interface Link {
  proof: string;
  seconds: number;
  url: string;
}

/** A machine that was linked to a hub, and how the hub names it. */
export interface LinkMade {
  account: string;
  device: number;
  hub: string;
  label: string | null;
  schema: string;
}

/** One rollout: whose it is, its calls by model, basis and kind, and what stands beside them. `claims` are calls that this log repeats, or seems to repeat, from another; they count only where the other is gone. */
export interface LogInspection {
  bases: Record<string, number>;
  bytes: number;
  claims: Record<string, number>;
  client_version: string | null;
  created_at: number | null;
  cwd: string | null;
  facts: Record<string, number>;
  first_at: number | null;
  forked_from_id: string | null;
  git_branch: string | null;
  kinds: Record<string, number>;
  last_at: number | null;
  limits: LogLimit[];
  lines: number;
  models: Record<string, Tokens>;
  notes: LogNote[];
  originator: string | null;
  parent_thread_id: string | null;
  path: string;
  privacy_mode: string;
  read_bytes: number;
  schema: string;
  source: string | null;
  thread_id: string;
  thread_name: string | null;
  totals: Tokens;
  turns: number;
}

/** A limit window as a log showed it last. */
export interface LogLimit {
  limit_id: string;
  observed_at: number;
  plan: string | null;
  resets_at: number | null;
  used_percent: number;
  window_minutes: number;
}

/** Something odd about a log: how often, on which line first, and what it means. */
export interface LogNote {
  code: string;
  count: number;
  expected: boolean;
  first_line: number;
  meaning: string;
}

/** What happened meanwhile; `kind` is price, where a model's changed, or reset, where the weekly limit began anew. The figures of a price are per million tokens; `used_percent` is what was used of the week that ended. */
export interface Mark {
  at: number;
  changes: PriceChange[];
  kind: string;
  model: string | null;
  used_percent: number | null;
}

/** Outputs without a count of tokens, by why: no_wrapper, no_count or still_running. */
export interface MissingRow {
  outputs: number;
  reason: string;
}

/** How much of a thread was of one model or effort, null where it is unknown. */
export interface Mix {
  calls: number;
  total_tokens: number;
  value: string | null;
}

/** How many lines of how many logs were passed over or odd, by what was odd and the client that wrote them. */
export interface NoteCount {
  client_version: string | null;
  code: string;
  files: number;
  lines: number;
  meaning: string;
}

/** What the numbers leave out or guess; it is no finding and nothing is at stake in it. */
export interface Notice {
  action: string;
  calls: number;
  key: string;
  link: ViewLink;
  share: string | null;
  title: string;
  tokens: number | null;
  usd: string | null;
}

/** The numbers of a group of calls, as `query.metrics` defines them. `usd`, what the calls would cost at the API's list prices of their day, and `credits`, what they draw in Codex credits, are decimal texts, exact to the last digit, null where no call has a price. `priced_share` and `credited_share` say how much of the tokens they stand for; `estimated_usd` is the part of `usd` that is a guess. */
export interface Numbers {
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  calls: number;
  credited_share: string | null;
  credits: string | null;
  estimated_usd: string | null;
  input_tokens: number;
  output_tokens: number;
  priced_share: string | null;
  reasoning_output_tokens: number;
  total_tokens: number;
  uncached_input_tokens: number;
  unpriced_calls: number;
  usd: string | null;
}

/** What the database holds; `cache_ratio` is that of all input, `avg_call_cache_ratio` the mean of the calls'. */
export interface Overview {
  avg_call_cache_ratio: string | null;
  cache_ratio: string | null;
  calls: number;
  computed_at: number | null;
  fact_rows: number;
  first_at: number | null;
  latest_at: number | null;
  logs: number;
  missing_logs: number;
  models: number;
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  sessions: number;
  status: string;
  threads: number;
  totals: Numbers;
}

/** What was understood of a pasted text, what not (`notes`), and where it was written. */
export interface ParsedAllowance {
  backup_path: string | null;
  credits: string | null;
  limits: TypedLimit[];
  notes: string[];
  path: string;
  plan: string | null;
  schema: string;
}

/** A file or folder that the program uses: `found` is file, folder, link, other or none; its mode in octal. */
export interface Place {
  bytes: number | null;
  found: string;
  mode: string | null;
  path: string;
  what: string;
}

/** A view that is worth a look; `count` is of what it shows, calls or root threads as `unit` says. `usd` and `credits` are what that is worth. */
export interface Preset {
  caption: string;
  count: number;
  credits: string | null;
  key: string;
  link: ViewLink;
  title: string;
  unit: string;
  usd: string | null;
}

/** How full the context windows were, of the calls that tell their window. `tenths` counts calls by tenths of their window, the last one with those above it; `over` the calls that fill 50, 80 and 90 percent and more. */
export interface Pressure {
  avg_context_used: number | null;
  avg_context_window: number | null;
  avg_pressure_pct: number | null;
  max_pressure_pct: number | null;
  over: Record<string, number>;
  sample_count: number;
  schema: string;
  scope: Scope;
  tenths: number[];
}

/** The days of the bundled prices, and whether the user's own files stand in their place entirely. */
export interface PriceCards {
  list_prices_as_of: string;
  list_prices_replaced: boolean | null;
  rate_card_as_of: string;
  rate_card_replaced: boolean | null;
}

/** A figure of a model's price that is another one now, as decimal texts; null is none, or since ever. */
export interface PriceChange {
  after: string | null;
  before: string | null;
  field: string;
  from_day: string | null;
  model: string;
  tier: string | null;
}

/** The price of the models that a pattern names, in USD per million tokens, as decimal texts. Its `origin` is own, updated (by a price list), pinned or bundled; `bundled` rules come with the program, hold behind the user's own, and are not written. */
export interface PriceRule {
  bundled: boolean;
  cache_write_per_1m: string | null;
  cached_input_per_1m: string | null;
  effective_from: string | null;
  effective_to: string | null;
  estimate: string | null;
  id: string | null;
  input_per_1m: string;
  layer: number;
  long_context: unknown;
  model_pattern: string;
  origin: string;
  output_per_1m: string;
  provider: string | null;
  source: string | null;
  tier: string | null;
  tiers: Record<string, string>;
  updated: boolean;
}

/** What a price list changed in the user's prices, and where they were written, if they were. */
export interface PricingUpdate {
  backup_path: string | null;
  changes: PriceChange[];
  listed_models: number;
  path: string;
  schema: string;
  source: string;
  written: boolean;
}

/** The program and what it runs on. */
export interface Program {
  encoding: string;
  implementation: string;
  libraries: Library[];
  machine: string;
  python: string;
  sqlite: string;
  system: string;
  system_release: string;
  version: string;
}

/** Where a running block ends if it goes on as it began. */
export interface Projection {
  credits: string | null;
  tokens_per_hour: number;
  total_tokens: number;
  usd: string | null;
}

/** What a limit of a plan is worth, estimated from windows that can be compared; `reason` where it is unknown. */
export interface QuotaEstimate {
  account: string | null;
  last: LastWindow | null;
  limit_id: string;
  plan: string | null;
  reason: string | null;
  window_minutes: number;
  worth: Worth[];
}

/** Files that were read again though nothing had changed them, as diagnostics last found in all logs. The tokens are those of outputs that tell their count; as the kinds of waste may have some of them too, they are never added to these. `status` is fresh, stale or missing, as that of the section `file-reads`. */
export interface ReReads {
  computed_at: number | null;
  link: ViewLink;
  re_read_tokens: number | null;
  re_reads: number | null;
  status: string;
}

/** A path that was read: its base name and a keyed hash. */
export interface ReadPathRow {
  extension: string;
  logs: number;
  modified_later: number;
  output_tokens: number;
  path: string;
  re_read_tokens: number;
  re_reads: number;
  read_events: number;
}

/** How many reads were followed by a change of what was read. */
export interface ReadProductivity {
  by_reader: ReaderRow[];
  calls: number;
  computed_at: number | null;
  logs: number;
  missing_logs: number;
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  status: string;
  summary: ReadProductivitySummary | null;
  top_modified_paths: ReadPathRow[];
}

/** Reads that were followed by a change of the same path in the same log: no cause is told by that. */
export interface ReadProductivitySummary {
  modified_later: number;
  modified_later_share: string | null;
  read_events: number;
}

/** A program that reads files: reads of paths that it surely was given, those repeated, those before a change. */
export interface ReaderRow {
  commands: number;
  modified_later: number;
  modified_later_share: string | null;
  output_tokens: number;
  re_read_tokens: number;
  re_reads: number;
  read_events: number;
  reader: string;
}

/** The threads and calls with the most at stake; `total_matched_rows` counts calls, `total_threads` root threads. */
export interface Recommendations {
  filters: Record<string, unknown>;
  row_count: number;
  rows: FlaggedCall[];
  schema: string;
  scope: Scope;
  threads: FlaggedThread[];
  total_matched_rows: number;
  total_threads: number;
  truncated: boolean;
}

/** What a refresh read; `parsed_events` and `inserted_or_updated_events` are other names of `new_calls`. */
export interface Refresh {
  db_path: string;
  duration_ms: number;
  generation: number;
  inserted_or_updated_events: number;
  interrupted: boolean;
  new_calls: number;
  parsed_events: number;
  parser_diagnostics: Record<string, number>;
  problems: FileProblem[];
  read_bytes: number;
  read_files: number;
  repriced_calls: number;
  rewritten_files: number;
  scanned_files: number;
  schema: string;
  waited: boolean;
}

/** A program: how often it began a pipeline, and its share of the tokens of outputs. */
export interface RootRow {
  counted_outputs: number;
  output_tokens: number;
  pipelines: number;
  program: string;
}

/** A root thread with the numbers of all below it; `models` and `efforts` begin with the largest. */
export interface RootThread {
  agents: Agent[];
  archived: boolean;
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  calls: number;
  created_at: number | null;
  credited_share: string | null;
  credits: string | null;
  cwd: string | null;
  efforts: Mix[];
  estimated_usd: string | null;
  git_branch: string | null;
  input_tokens: number;
  latest_at: number | null;
  models: Mix[];
  name: string | null;
  output_tokens: number;
  priced_share: string | null;
  project: string | null;
  reasoning_output_tokens: number;
  thread_id: string;
  total_tokens: number;
  uncached_input_tokens: number;
  unpriced_calls: number;
  usd: string | null;
}

/** The numbers of one group; `key` is null where it is unknown, `keys` has one for each dimension. */
export interface Row {
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  calls: number;
  credited_share: string | null;
  credits: string | null;
  estimated_usd: string | null;
  input_tokens: number;
  key: string | null;
  keys: Record<string, string | null>;
  name: string | null;
  output_tokens: number;
  priced_share: string | null;
  reasoning_output_tokens: number;
  total_tokens: number;
  uncached_input_tokens: number;
  unpriced_calls: number;
  usd: string | null;
}

/** What was done so that the system's own scheduler syncs, or does no more: files, commands, how to undo it. */
export interface Schedule {
  commands: string[];
  files: string[];
  minutes: number | null;
  scheduler: string;
  schema: string;
  undo: string;
}

/** What an answer is about: range, filter, history, zone, of when the data is (milliseconds UTC), what is hidden. */
export interface Scope {
  as_of: number | null;
  filters: Record<string, unknown>;
  generation: number;
  history: string;
  privacy_mode: string;
  since: number | null;
  timezone: string;
  until: number | null;
}

/** An instant at which more was seen to be used. */
export interface Seen {
  at: number;
  used_percent: number;
}

/** A part of the lines as they stand in the file. */
export interface SerializedBucket {
  characters: number;
  name: string;
  tokens: number;
}

/** The lines as they stand in the file, with what is no text of the conversation. `deferred` says that the buckets were not asked for; where they were, their sums are the whole exactly. */
export interface SerializedEvidence {
  buckets: SerializedBucket[];
  deferred: boolean;
  raw_json_char_count: number;
  raw_json_token_estimate: number;
  raw_line_count: number;
  token_estimator: string;
  upper_bound: boolean;
}

/** One metric of one group over all buckets; of `usd` and `credits` the values are decimal texts. `key` is null where it is unknown or where all is one group; `others` says that the smaller groups are in it together. A value is null where calls have no price. */
export interface Series {
  key: string | null;
  keys: Record<string, string | null>;
  metric: string;
  others: boolean;
  total: number | string | null;
  values: (number | string | null)[];
}

/** What the server runs with, and the files of settings as they are. `homes_named` and `timezone_named` say that these were named at the start and not by the settings. */
export interface ServerSettings {
  active_home_id: number;
  codex_home: string;
  context_active_minutes: number;
  db_path: string;
  files: Record<string, string>;
  homes: HomeRow[];
  homes_named: boolean;
  privacy_mode: string;
  settings: Record<string, unknown>;
  timezone: string;
  timezone_named: boolean;
  version: string;
}

/** One thread: what it is, its numbers, the threads below it, its turns, facts and calls, and what was found. */
export interface Session {
  attention: ThreadAttention;
  call_count: number;
  calls: ThreadCall[];
  facts: FactRow[];
  lifecycle: Signal[];
  members: Row[];
  schema: string;
  scope: Scope;
  thread: ThreadInfo;
  totals: Numbers;
  turns: TurnRow[];
}

/** A file of settings that was written, which one it is, and the copy of the one before. */
export interface SettingsFile {
  backup_path: string | null;
  path: string;
  schema: string;
  settings: string;
}

/** One of the user's files of settings: what is wrong in it, what in it means nothing, how many things it says. */
export interface SettingsState {
  entries: number;
  exists: boolean;
  hint: string;
  name: string;
  path: string;
  problem: string;
  warnings: string[];
}

/** A first set-up: its steps, commands that could come next, and whether all is in order. */
export interface Setup {
  doctor: Doctor;
  next: string[];
  privacy_mode: string;
  schema: string;
  steps: SetupStep[];
}

/** One part of a set-up: what became of it, and the commands that go on from there and that undo it. */
export interface SetupStep {
  message: string;
  name: string;
  next: string | null;
  status: "done" | "failed" | "skipped" | "unchanged";
  undo: string | null;
}

/** A moment or a trend in the life of a thread. `key` is first_expensive_turn, largest_jump, cache_trend, context_trend or agents_before_spike; a trend's `value` is how much the share of its second half is above that of the first. */
export interface Signal {
  action: string | null;
  at: number | null;
  key: string;
  record_id: string | null;
  title: string;
  value: number | null;
  why: string;
}

/** Decimal texts: the least, the quartiles, the median and the most. */
export interface Spread {
  least: string;
  lower: string;
  median: string;
  most: string;
  upper: string;
}

/** The latest call, its context, the limits as last seen, and today's numbers. */
export interface Status {
  all_time: Numbers;
  budgets: BudgetState[];
  context_left_percent: number | null;
  latest: CallRow | null;
  schema: string;
  scope: Scope;
  today: Numbers;
  week: Numbers;
  windows: Window[];
}

/** Groups of calls with their numbers, and the numbers of all calls in scope. */
export interface Summary {
  group_by: string[];
  row_count: number;
  rows: Row[];
  schema: string;
  scope: Scope;
  totals: Numbers;
  truncated: boolean;
}

/** What became of a sync: how many buckets the hub took, had already, or refused, and how often for which reason. */
export interface Sync {
  accepted: number;
  hub: string;
  reasons: Record<string, number>;
  rejected: number;
  schema: string;
  unchanged: number;
}

/** What is at stake in a thread and those below it: the sum over its calls. */
export interface ThreadAttention {
  action: string | null;
  findings: FindingSum[];
  flagged_calls: number;
  score: string | null;
  severity: string;
}

/** A call of a thread with what became of the cache before it; the words are those of `CacheState`. */
export interface ThreadCall {
  archived: boolean;
  assumed: string | null;
  at: number;
  basis: string;
  cache_state: string | null;
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  client_version: string | null;
  confidence: string;
  context_used: number;
  context_window: number | null;
  credit_confidence: string;
  credits: string | null;
  cwd: string | null;
  duration_ms: number | null;
  effort: string | null;
  gap_ms: number | null;
  git_branch: string | null;
  input_tokens: number;
  kind: string;
  line: number;
  logged_cache_write_input_tokens: number | null;
  logged_cached_input_tokens: number | null;
  logged_input_tokens: number | null;
  logged_output_tokens: number | null;
  logged_reasoning_output_tokens: number | null;
  model: string | null;
  origin: string;
  originator: string | null;
  output_tokens: number;
  priced_as: string | null;
  pricing_status: string;
  project: string | null;
  reason: string;
  reasoning_output_tokens: number;
  record_id: string;
  response_id: string | null;
  root_thread_id: string | null;
  source_file: string;
  thread_id: string;
  thread_name: string | null;
  tier: string | null;
  total_tokens: number;
  turn_id: string | null;
  uncached_input_tokens: number;
  usd: string | null;
}

/** A thread as its session began. */
export interface ThreadInfo {
  account: string | null;
  archived: boolean;
  client_version: string | null;
  created_at: number | null;
  cwd: string | null;
  forked_from_id: string | null;
  git_branch: string | null;
  git_commit: string | null;
  git_remote: string | null;
  history_mode: string | null;
  name: string | null;
  nickname: string | null;
  originator: string | null;
  parent_thread_id: string | null;
  project: string | null;
  provider: string | null;
  role: string | null;
  root_thread_id: string | null;
  source: string | null;
  thread_id: string;
}

/** A page of root threads; the totals are those of all calls in scope. */
export interface Threads {
  has_more: boolean;
  limit: number;
  next_offset: number | null;
  offset: number;
  row_count: number;
  rows: RootThread[];
  schema: string;
  scope: Scope;
  total_matched_rows: number;
  totals: Numbers;
}

/** Use over time; empty buckets are there, the largest series is the first. */
export interface Timeseries {
  bucket: string;
  buckets: Bucket[];
  marks: Mark[];
  schema: string;
  scope: Scope;
  series: Series[];
  totals: Numbers;
}

/** Calls and their tokens, as `query.metrics` defines them. */
export interface Tokens {
  cache_write_input_tokens: number;
  cached_input_tokens: number;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  reasoning_output_tokens: number;
  total_tokens: number;
  uncached_input_tokens: number;
}

/** How much tools put out. */
export interface ToolOutput {
  calls: number;
  command_roots: RootRow[];
  computed_at: number | null;
  functions: FunctionRow[];
  logs: number;
  missing_logs: number;
  missing_reasons: MissingRow[];
  new_calls: number;
  notes: string[];
  refreshed: boolean;
  schema: string;
  scope: Scope;
  section: string;
  status: string;
  summary: ToolOutputSummary | null;
}

/** Calls of tools, their outputs, and the tokens of those that tell their count. */
export interface ToolOutputSummary {
  command_output_tokens: number;
  function_calls: number;
  function_outputs: number;
  output_tokens: number;
  outputs_with_token_count: number;
  outputs_without_token_count: number;
}

/** One turn with its calls' numbers; durations in milliseconds, `outcome` null while it runs. */
export interface TurnRow {
  calls: number;
  duration_ms: number | null;
  ended_at: number | null;
  first_token_ms: number | null;
  outcome: string | null;
  started_at: number | null;
  total_tokens: number;
  turn_id: string;
}

/** A limit as the user typed it in. */
export interface TypedAllowance {
  captured_at: number | null;
  family: string | null;
  remaining_percent: number | null;
  reset_at: number | null;
  window: string;
}

/** A limit as it was read from a pasted text; instants in milliseconds UTC, credits where they were told. */
export interface TypedLimit {
  captured_at: number;
  family: string | null;
  limit: string;
  remaining_credits: string | null;
  remaining_percent: number;
  reset_at: number | null;
  total_credits: string | null;
}

/** A machine that sends to a hub no more; `revoked` where the hub knows. */
export interface Unlinked {
  hub: string;
  revoked: boolean;
  schema: string;
}

/** A model of which calls have no price. */
export interface UnpricedModel {
  calls: number;
  model: string | null;
}

/** How many rules were written, or how many calls have another cost now. */
export interface Updated {
  repriced_calls: number;
  updated: number;
}

/** A variable of the environment that is set, with its value where that is harmless. */
export interface Variable {
  name: string;
  value: string | null;
}

/** The state of a view that shows what is told of: its filters are parameters of the questions. Without a `sort` the view has one order alone. */
export interface ViewLink {
  direction: string;
  filters: Record<string, unknown>;
  sort: string;
  view: string;
}

/** What need not have been spent: by kind, no token in two of them; `share` is the part of the cost of all calls. `usd` and `credits` are null where there are kinds, and none has a price. `re_reads` are beside that, whatever the range and filters. */
export interface Waste {
  credits: string | null;
  kinds: FindingSum[];
  re_reads: ReReads;
  share: string | null;
  tokens: number;
  usd: string | null;
}

/** One rate-limit window as last seen; `passed` says that it is over, `credits` is the balance. Windows that others followed have no forecast. */
export interface Window {
  credits: string | null;
  forecast: Forecast | null;
  left_percent: number;
  limit_id: string;
  observed_at: number;
  passed: boolean;
  plan: string | null;
  resets_at: number | null;
  used_percent: number;
  window_minutes: number;
}

/** What a percent of a limit and all of it were worth in `n` windows; `unit` is credits, usd or tokens. */
export interface Worth {
  n: number;
  per_percent: Spread;
  unit: string;
  whole: Spread;
}
