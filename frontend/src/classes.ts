// The five classes that tokens fall into: they never overlap, and together they are all tokens.
import type { Tokens } from "./answers";
import type { Part } from "./charts/Mix.svelte";
import { exact } from "./figures";
import { t } from "./language";

export interface TokenClass {
  key: string;
  label: string;
  of: (tokens: Tokens) => number;
}

export const CLASSES: readonly TokenClass[] = [
  { key: "cached", label: t("Cached input"), of: (row) => row.cached_input_tokens },
  { key: "uncached", label: t("Uncached input"), of: (row) => row.uncached_input_tokens - row.cache_write_input_tokens },
  { key: "write", label: t("Cache write"), of: (row) => row.cache_write_input_tokens },
  { key: "output", label: t("Output"), of: (row) => row.output_tokens - row.reasoning_output_tokens },
  { key: "reasoning", label: t("Reasoning"), of: (row) => row.reasoning_output_tokens },
];

/** Returns the tokens of a row by class, to be drawn as one bar. */
export function classesOf(row: Tokens): Part[] {
  return CLASSES.map(({ key, label, of }) => ({
    key, label, value: of(row), color: hue(key), title: t("{name}: {value}", { name: label, value: exact(of(row)) }),
  }));
}

/** Returns the colour of a token class, the same everywhere. */
export function hue(key: string): string {
  return `var(--${key})`;
}

/** Returns the colour of the n-th part of anything else; what is left over is grey. */
export function tone(index: number): string {
  return index < TONES ? `var(--tone-${String(index)})` : "var(--rest)";
}

export const TONES = 7;
