// Instants (milliseconds UTC) as they are read in the zone of an answer.

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const SHAPES = {
  day: { day: "numeric", month: "short" },
  dayOfWeek: { weekday: "short", day: "numeric", month: "short" },
  longDay: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  month: { month: "short", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  full: {
    weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    hourCycle: "h23", timeZoneName: "short",
  },
  weekday: { weekday: "short" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;
export type Shape = keyof typeof SHAPES;

function format(zone: string, shape: Shape | "iso"): Intl.DateTimeFormat {
  const key = `${zone} ${shape}`;
  let made = FORMATS.get(key);
  if (!made) {
    const options = shape === "iso" ? {} : SHAPES[shape];
    made = new Intl.DateTimeFormat(shape === "iso" ? "en-CA" : "en-GB", { ...options, timeZone: zone });
    FORMATS.set(key, made);
  }
  return made;
}

/** Writes an instant in a zone. */
export function written(at: number, zone: string, shape: Shape): string {
  return format(zone, shape).format(at);
}

/** Returns the local day of an instant, as YYYY-MM-DD. */
export function dayOf(at: number, zone: string): string {
  return format(zone, "iso").format(at);
}

/** Returns the day some days after a day; both are YYYY-MM-DD. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Writes a YYYY-MM-DD day. */
export function writtenDay(day: string, shape: Shape = "day"): string {
  return written(Date.parse(`${day}T12:00:00Z`), "UTC", shape);
}

/** Returns the hour of the day of an instant. */
export function hourOf(at: number, zone: string): number {
  return Number(written(at, zone, "time").slice(0, 2));
}
