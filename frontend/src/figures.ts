// How numbers, money, instants and durations are written. Money comes as decimal text and is never rounded on the way:
// what is short on the page is exact on hover.

const UNITS: [number, string][] = [
  [1e15, "Q"],
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
];
export const NO_PRICE = "no price";
export const UNKNOWN = "–";

/** Groups the digits of an integer or a decimal text, losing none. */
export function exact(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const [whole = "", part] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return part ? `${grouped}.${part}` : grouped;
}

/** Writes a number in three digits with its unit: 12.0M. */
export function short(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const number = Number(value);
  const size = Math.abs(number);
  // 999.95 thousand and more would be written as 1000K.
  const unit = UNITS.find(([from]) => size >= from * 0.9995);
  if (unit) return digits(number / unit[0]) + unit[1];
  return Number.isInteger(number) ? String(number) : digits(number);
}

function digits(number: number): string {
  const size = Math.abs(number);
  if (size >= 99.95) return number.toFixed(0);
  return number.toFixed(size >= 9.995 ? 1 : 2);
}

/** Writes USD: cents where there are whole dollars, two digits that count below; large sums with their unit. */
export function money(value: string | null | undefined): string {
  if (value === null || value === undefined) return NO_PRICE;
  const number = Number(value);
  const size = Math.abs(number);
  const sign = number < 0 ? "-" : "";
  if (size === 0) return "$0";
  if (size >= 999_500) return `${sign}$${short(size)}`;
  if (size >= 9999.5) return `${sign}$${exact(Math.round(size))}`;
  if (size >= 0.995) return `${sign}$${exact(size.toFixed(2))}`;
  if (size < 0.0001) return sign ? "-$<0.0001" : "<$0.0001";
  return `${sign}$${size.toFixed(size >= 0.01 ? 2 : 4)}`;
}

/** Writes Codex credits. */
export function credits(value: string | null | undefined): string {
  if (value === null || value === undefined) return "no rate";
  const number = Number(value);
  if (number === 0 || Math.abs(number) >= 1000) return short(number);
  if (number > 0 && number < 0.01) return "<0.01";
  return Math.abs(number) >= 99.95 ? number.toFixed(0) : number.toFixed(Math.abs(number) >= 9.995 ? 1 : 2);
}

/** Writes what part one number is of another, as a percentage. */
export function share(part: number, whole: number): string {
  return whole ? percent((100 * part) / whole) : UNKNOWN;
}

/** Writes a percentage; never 100 where something is missing, never 0 where something is there. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const size = Math.abs(value);
  if (size > 0 && size < 0.1) return "<0.1%";
  if (size >= 1000) return ">999%";
  if (size > 99.9 && size < 100) return ">99.9%";
  return `${(size < 10 || size >= 99.5) && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0)}%`;
}

/** Writes how much a number has changed since an earlier one; empty where that says nothing. */
export function change(now: number, before: number): string {
  if (!before || now === before) return "";
  const ratio = now / before;
  if (ratio >= 10) return `×${short(Math.round(ratio))}`;
  return `${ratio > 1 ? "+" : "−"}${Math.abs((ratio - 1) * 100).toFixed(0)}%`;
}

/** Writes a duration in milliseconds in its two largest units. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  if (ms < 1000) return `${String(Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${seconds.toFixed(0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two(minutes, "min", Math.floor(seconds % 60), "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${String(large)} ${largeUnit}${small ? ` ${String(small)} ${smallUnit}` : ""}`;
}

/** Writes how long ago or how far ahead an instant is. */
export function ago(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 60_000) return "now";
  const text = coarse(distance);
  return at < now ? `${text} ago` : `in ${text}`;
}

/** Writes about how long something is. */
export function coarse(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.round(ms / 3_600_000);
  if (hours < 48) return `${String(hours)} h`;
  return `${String(Math.round(ms / 86_400_000))} d`;
}

/** Writes a count with its noun. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${exact(number)} ${number === 1 ? noun : plural}`;
}

/** Adds decimal texts, exact to the last digit; what is unknown adds nothing. */
export function plus(values: readonly (string | number | null | undefined)[]): string {
  const known = values.filter((value) => value !== null && value !== undefined).map(String);
  const places = Math.max(0, ...known.map((text) => (text.split(".")[1] ?? "").length));
  const sum = known.reduce((total, text) => total + scaled(text, places), 0n);
  const sign = sum < 0n ? "-" : "";
  const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, "0");
  const part = digits.slice(digits.length - places).replace(/0+$/, "");
  return sign + digits.slice(0, digits.length - places) + (places && part ? `.${part}` : "");
}

function scaled(text: string, places: number): bigint {
  const [whole = "0", part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(places, "0"));
}
