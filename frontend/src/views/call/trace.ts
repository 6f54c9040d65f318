// The lines of a log as a trace: when each came, and how long nothing came before it.
import type { Evidence, EvidenceEntry, EvidenceOmitted } from "../../answers";
import { t } from "../../language";

export interface Traced {
  entry: EvidenceEntry;
  /** Milliseconds since the first entry, and since the one before; null where a line tells no time. */
  since: number | null;
  gap: number | null;
}

/** Puts entries of several answers, the oldest first, on one clock. */
export function traced(entries: readonly EvidenceEntry[]): Traced[] {
  const begun = entries.find((one) => one.timestamp !== null)?.timestamp ?? null;
  let before: number | null = null;
  return entries.map((entry) => {
    const at = entry.timestamp;
    const known = at !== null && begun !== null;
    const told = { entry, since: known ? Math.max(0, at - begun) : null, gap: at !== null && before !== null ? Math.max(0, at - before) : null };
    before = at ?? before;
    return told;
  });
}

const LINES = 12;
const CHARACTERS = 1600;

/** Returns the beginning of a text that stands where it is folded; all of it where that is short. */
export function folded(text: string): string {
  let end = -1;
  for (let line = 0; line < LINES; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end < 0) return text.length > CHARACTERS * 1.25 ? text.slice(0, CHARACTERS) : text;
  }
  return text.slice(0, Math.min(end, CHARACTERS));
}

/** Says what the lines hold that is not shown. */
export function omittedWords(omitted: EvidenceOmitted): string[] {
  return [
    omitted.entries ? t("{lines, plural, one {# older line} other {# older lines}} since the call before", { lines: omitted.entries }) : "",
    omitted.characters ? t("{characters, plural, one {# character} other {# characters}} cut from long texts", { characters: omitted.characters }) : "",
    omitted.tool_outputs
      ? t("{outputs, plural, one {# tool output} other {# tool outputs}} of {characters, plural, one {# character} other {# characters}}", {
          outputs: omitted.tool_outputs,
          characters: omitted.tool_output_characters,
        })
      : "",
    omitted.compaction_histories
      ? t("{histories, plural, one {# compaction history} other {# compaction histories}}", { histories: omitted.compaction_histories })
      : "",
    omitted.repeated_lines
      ? t("{lines, plural, one {# line that repeats another} other {# lines that repeat others}}", { lines: omitted.repeated_lines })
      : "",
    omitted.unreadable_lines ? t("{lines, plural, one {# unreadable line} other {# unreadable lines}}", { lines: omitted.unreadable_lines }) : "",
  ].filter(Boolean);
}

export interface Estimate {
  key: string;
  label: string;
  tokens: number;
  told: string;
}

/** Returns what a call was sent, as the log counts it and as its lines let one guess, to be seen side by side. */
export function estimates(found: Evidence): Estimate[] {
  const lines = found.serialized_evidence;
  return [
    { key: "exact", label: t("Uncached input"), tokens: found.record.uncached_input_tokens, told: exactly(found.record.cache_write_input_tokens) },
    { key: "visible", label: t("Visible texts"), tokens: found.visible_token_estimate, told: counted(found.visible_token_estimator) },
    { key: "lines", label: t("Lines as they stand"), tokens: lines.raw_json_token_estimate, told: bounded(lines.token_estimator) },
  ];
}

function exactly(written: number): string {
  return written
    ? t("exact, from the token count of this call, with what was written to the cache")
    : t("exact, from the token count of this call");
}

function counted(by: string): string {
  return by === "characters" ? t("a token for three bytes") : t("counted with {tokenizer}", { tokenizer: by });
}

function bounded(by: string): string {
  return by === "characters"
    ? t("an upper bound, a token for three bytes")
    : t("an upper bound, counted with {tokenizer}", { tokenizer: by });
}

/** Says how the lines of the log explain the uncached input, if they do. */
export function gapWords(found: Evidence): string {
  const [sent, visible, most] = estimates(found).map((one) => one.tokens) as [number, number, number];
  if (sent > most)
    return t("At least {tokens, plural, one {# token of the uncached input stands} other {# tokens of the uncached input stand}} in none of these lines: older input that was not taken from the cache, or what the client adds by itself.", { tokens: sent - most });
  if (sent > visible)
    return t("The visible texts leave {tokens, plural, one {# token} other {# tokens}} of the uncached input to what stands around them in the lines, or to older input.", { tokens: sent - visible });
  return t("The visible texts alone are more than the uncached input: a part of them came from the cache.");
}
