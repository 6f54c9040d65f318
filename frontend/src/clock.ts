// Instants (milliseconds UTC) as they are read in the zone of an answer, in the page's language.
import { locale } from "./language";

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const SHAPES = {
  day: { day: "numeric", month: "short" },
  dayOfWeek: { weekday: "short", day: "numeric", month: "short" },
  longDay: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  monthName: { month: "short" },
  month: { month: "short", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  full: {
    weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    hourCycle: "h23", timeZoneName: "short",
  },
  weekday: { weekday: "short" },
  plain: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;
export type Shape = keyof typeof SHAPES;
/** Days are named before months, and hours go to 24. */
const DATES = locale === "en" ? "en-GB" : locale;

function format(zone: string, shape: Shape, dates: string): Intl.DateTimeFormat {
  const key = `${zone} ${shape} ${dates}`;
  const made = FORMATS.get(key) ?? new Intl.DateTimeFormat(dates, { ...SHAPES[shape], timeZone: zone });
  FORMATS.set(key, made);
  return made;
}

/** Writes an instant in a zone. */
export function written(at: number, zone: string, shape: Shape): string {
  return format(zone, shape, DATES).format(at);
}

/** Returns the local time of an instant, as YYYY-MM-DD HH:MM, whatever the language. */
function plain(at: number, zone: string): string {
  return format(zone, "plain", "sv-SE").format(at);
}

/** Returns the local day of an instant, as YYYY-MM-DD. */
export function dayOf(at: number, zone: string): string {
  return plain(at, zone).slice(0, 10);
}

/** Returns the day some days after a day; both are YYYY-MM-DD. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Writes a YYYY-MM-DD day. */
export function writtenDay(day: string, shape: Shape = "day"): string {
  return written(Date.parse(`${day}T12:00:00Z`), "UTC", shape);
}

/** Returns the time of the day of an instant, as HH:MM. */
export function timeOf(at: number, zone: string): string {
  return plain(at, zone).slice(11);
}

/** Returns the hour of the day of an instant. */
export function hourOf(at: number, zone: string): number {
  return Number(timeOf(at, zone).slice(0, 2));
}

/** Says whether a YYYY-MM-DD day is a Saturday or a Sunday. */
export function isWeekend(day: string): boolean {
  return [0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay());
}

/** The days of the week from Monday on, in short. */
export const WEEKDAYS: readonly string[] = Array.from({ length: 7 }, (_, day) => writtenDay(dayAfter("2024-01-01", day), "weekday"));
