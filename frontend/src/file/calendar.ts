// Local time of the file's zone, by the changes of its offset that the file tells.
const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
export type Bucket = "hour" | "day" | "week" | "month";

export class Calendar {
  readonly #at: number[];
  readonly #ahead: number[];

  constructor(offsets: readonly (readonly [number, number])[]) {
    this.#at = offsets.map(([quarter]) => quarter * QUARTER_MS);
    this.#ahead = offsets.map(([, quarters]) => quarters * QUARTER_MS);
  }

  /** Returns local time, counted as if it were UTC. */
  local(at: number): number {
    let place = this.#at.length - 1;
    while (place > 0 && (this.#at[place] ?? 0) > at) place -= 1;
    return at + (this.#ahead[place] ?? 0);
  }

  /** Returns the instant of a local time; of one that is told twice the first, of one that is leapt over as before it. */
  instant(local: number): number {
    let place = this.#at.length - 1;
    for (; place > 0; place -= 1) {
      const wall = (this.#at[place] ?? 0) + Math.max(this.#ahead[place - 1] ?? 0, this.#ahead[place] ?? 0);
      if (local >= wall) break;
    }
    return local - (this.#ahead[place] ?? 0);
  }

  /** Returns the day of an instant, counted from 1970. */
  day(at: number): number {
    return Math.floor(this.local(at) / DAY_MS);
  }

  /** Returns the instant at which a day begins. */
  midnight(day: number): number {
    return this.instant(day * DAY_MS);
  }
}

/** Returns the bucket that a local time lies in, as a number that `label` and `start` know. */
export function bucketOf(local: number, bucket: Bucket): number {
  if (bucket === "hour") return Math.floor(local / HOUR_MS);
  const day = Math.floor(local / DAY_MS);
  if (bucket === "day") return day;
  if (bucket === "week") return Math.floor((day + 3) / 7);
  const date = new Date(local);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Returns the local time at which a bucket begins. */
export function start(number: number, bucket: Bucket): number {
  if (bucket === "hour") return number * HOUR_MS;
  if (bucket === "month") return Date.UTC(Math.floor(number / 12), number % 12);
  return (bucket === "week" ? number * 7 - 3 : number) * DAY_MS;
}

/** Names a bucket: 2026-06-10T14:00, 2026-06-10 (of a week its Monday), or 2026-06. */
export function label(number: number, bucket: Bucket): string {
  const length = { hour: 16, day: 10, week: 10, month: 7 }[bucket];
  return new Date(start(number, bucket)).toISOString().slice(0, length);
}

/** Returns the ISO name of a day counted from 1970. */
export function isoDay(day: number): string {
  return label(day, "day");
}

/** Returns the day of an ISO name; undefined if there is none such. */
export function dayOf(text: string): number | undefined {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00Z`) : NaN;
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? undefined : at / DAY_MS;
}
