// What the server alone tells: where it reads, with which settings and prices.

export interface HomeRow {
  id: number;
  label: string;
  path: string;
}

export interface ServerSettings {
  homes: HomeRow[];
  timezone: string;
  privacy_mode: string;
  version: string;
  db_path: string;
  /** Where each file of settings is. */
  files: Record<string, string>;
  /** What they say; empty where a privacy mode hides them. */
  settings: Record<string, unknown>;
}

/** The price of the models that a pattern names, in USD per million tokens. */
export interface PriceRule {
  id: string | number;
  model_pattern: string;
  input_per_1m: string;
  output_per_1m: string;
  cached_input_per_1m?: string | null;
  cache_write_per_1m?: string | null;
  effective_from?: string | null;
  effective_to?: string | null;
  tier?: string | null;
  estimate?: string | null;
  source?: string | null;
  bundled?: boolean;
}
