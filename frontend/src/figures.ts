// How numbers, money, instants and durations are written, as the language has it. Money comes as decimal text and is never
// rounded on the way: what is short on the page is exact on hover.
import { direction, locale, t } from "./language";

const UNITS: [number, string][] = [
  [1e15, "Q"],
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
];
const STYLES = {
  number: {},
  percent: { style: "percent" },
  usd: { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" },
} satisfies Record<string, Intl.NumberFormatOptions>;
type Style = keyof typeof STYLES;
const FORMATS = new Map<string, Intl.NumberFormat>();
export const NO_PRICE = t("no price");
export const UNKNOWN = "–";

/** Writes a decimal text with all its digits; `power` moves its point. */
function digits(text: string, style: Style = "number", power = 0): string {
  const places = text.split(".")[1]?.length ?? 0;
  const format = made(`${style} ${String(places)}`, { ...STYLES[style], minimumFractionDigits: places, maximumFractionDigits: places });
  return plainly(format.format((power ? `${text}E${String(power)}` : text) as `${number}`));
}

/** Arabic has US$, which falls apart from right to left. */
function plainly(text: string): string {
  return direction === "rtl" ? text.replace(/US(?=\$)|\u200f/g, "") : text;
}

/** Sets a sign before an amount, to stay on its left. */
function signed(sign: "<" | ">", amount: string): string {
  return (direction === "rtl" ? "\u200e" : "") + sign + amount;
}

function made(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const format = FORMATS.get(key) ?? new Intl.NumberFormat(locale, options);
  FORMATS.set(key, format);
  return format;
}

/** Groups the digits of an integer or a decimal text, losing none. */
export function exact(value: number | string | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : digits(String(value));
}

/** Writes USD to the last digit. */
export function dollars(value: number | string | null | undefined): string {
  return value === null || value === undefined ? NO_PRICE : digits(String(value), "usd");
}

/** Writes a number in three digits with its unit: 12.0M. */
export function short(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const number = Number(value);
  // 999.95 thousand and more would be written as 1000K.
  if (Math.abs(number) >= 999.5) return compact(number, "number");
  return digits(Number.isInteger(number) ? String(number) : three(number));
}

/** Writes a large number with the unit that its language has for it. */
function compact(number: number, style: Style): string {
  if (locale !== "en") {
    // Three digits, and no whole one is left out where the language has no unit for thousands.
    const three = { minimumSignificantDigits: 3, maximumSignificantDigits: 3, maximumFractionDigits: 0, roundingPriority: "morePrecision", useGrouping: "always" } as const;
    return plainly(made(`compact ${style}`, { ...STYLES[style], ...three, notation: "compact" }).format(number));
  }
  const [from, unit] = UNITS.find(([one]) => Math.abs(number) >= one * 0.9995) ?? [1, ""];
  return digits(three(number / from), style) + unit;
}

function three(number: number): string {
  const size = Math.abs(number);
  return number.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/** Writes USD: cents where there are whole dollars, two digits that count below; large sums with their unit. */
export function money(value: string | null | undefined): string {
  if (value === null || value === undefined) return NO_PRICE;
  const number = Number(value);
  const size = Math.abs(number);
  if (size === 0) return dollars(0);
  if (size >= 999_500) return compact(number, "usd");
  if (size < 0.0001) return number < 0 ? signed(">", dollars("-0.0001")) : signed("<", dollars("0.0001"));
  const places = size >= 9999.5 ? 0 : size >= 0.01 ? 2 : 4;
  return dollars(number.toFixed(places));
}

/** Writes Codex credits. */
export function credits(value: string | null | undefined): string {
  if (value === null || value === undefined) return t("no rate");
  const number = Number(value);
  if (number === 0 || Math.abs(number) >= 1000) return short(number);
  return number > 0 && number < 0.01 ? signed("<", digits("0.01")) : digits(three(number));
}

/** Writes what part one number is of another, as a percentage. */
export function share(part: number, whole: number): string {
  return whole ? percent((100 * part) / whole) : UNKNOWN;
}

/** Writes a percentage; never 100 where something is missing, never 0 where something is there. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const size = Math.abs(value);
  if (size > 0 && size < 0.1) return signed("<", parts("0.1"));
  if (size >= 1000) return signed(">", parts("999"));
  if (size > 99.9 && size < 100) return signed(">", parts("99.9"));
  return parts(value.toFixed((size < 10 || size >= 99.5) && !Number.isInteger(value) ? 1 : 0));
}

function parts(percents: string): string {
  return digits(percents, "percent", -2);
}

/** Writes how much a number has changed since an earlier one; empty where that says nothing. */
export function change(now: number, before: number): string {
  if (!before || now === before) return "";
  const ratio = now / before;
  if (ratio >= 10) return `×${short(Math.round(ratio))}`;
  const signed = made("change", { ...STYLES.percent, maximumFractionDigits: 0, signDisplay: "always" });
  return signed.format(ratio - 1).replace("-", "−");
}

/** Writes a duration in milliseconds in its two largest units. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  if (ms < 1000) return t("{ms} ms", { ms: exact(Math.round(ms)) });
  const seconds = ms / 1000;
  if (seconds < 60) return t("{seconds} s", { seconds: exact(seconds.toFixed(seconds < 10 ? 1 : 0)) });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutesAnd(minutes, Math.floor(seconds % 60));
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? hoursAnd(hours, minutes % 60) : daysAnd(Math.floor(hours / 24), hours % 24);
}

function minutesAnd(minutes: number, seconds: number): string {
  return seconds ? t("{minutes} min {seconds} s", { minutes, seconds }) : t("{minutes} min", { minutes });
}

function hoursAnd(hours: number, minutes: number): string {
  return minutes ? t("{hours} h {minutes} min", { hours, minutes }) : t("{hours} h", { hours });
}

function daysAnd(number: number, hours: number): string {
  const days = exact(number);
  return hours ? t("{days} d {hours} h", { days, hours }) : t("{days} d", { days });
}

/** Writes how long ago or how far ahead an instant is. */
export function ago(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 60_000) return t("now");
  const past = at < now;
  const minutes = Math.round(distance / 60_000);
  if (minutes < 60) return past ? t("{minutes} min ago", { minutes }) : t("in {minutes} min", { minutes });
  const hours = Math.round(distance / 3_600_000);
  if (hours < 48) return past ? t("{hours} h ago", { hours }) : t("in {hours} h", { hours });
  const days = exact(Math.round(distance / 86_400_000));
  return past ? t("{days} d ago", { days }) : t("in {days} d", { days });
}

/** Writes about how long something is. */
export function coarse(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return minutesAnd(minutes, 0);
  const hours = Math.round(ms / 3_600_000);
  return hours < 48 ? hoursAnd(hours, 0) : daysAnd(Math.round(ms / 86_400_000), 0);
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
