// What the pages of a hub call things.
import { UNKNOWN, exact, money, short } from "../figures";
import { t } from "../language";
import type { Metric } from "./answers";

/** Names a device; one without a label goes by its number. */
export function deviceLabel(row: { id: number; label: string | null }): string {
  return row.label ?? t("Device {number}", { number: row.id });
}

/** Writes a place's value in short, and exactly. */
export function valueOf(metric: Metric, value: number | string | null): readonly [string, string] {
  if (metric === "cost") return [money(value === null ? null : String(value)), exact(value)];
  return value === null ? [UNKNOWN, ""] : [short(value), exact(value)];
}

const DOUBTS: Readonly<Record<string, string>> = {
  "large-call": t("Large call"),
  "large-day": t("Large day"),
  "unknown-model": t("Unknown model"),
  "disputed-call": t("Disputed call"),
  dropped: t("Large correction"),
};

/** Says what a flag is about. */
export function doubt(kind: string): string {
  return DOUBTS[kind] ?? kind.replaceAll("-", " ");
}

/** Returns the address of this hub, as a machine is told it. */
export function origin(): string {
  return location.origin;
}
