// The five classes that tokens fall into: they never overlap, and together they are all tokens.
import type { Tokens } from "./answers";

export interface TokenClass {
  key: string;
  label: string;
  of: (tokens: Tokens) => number;
}

export const CLASSES: readonly TokenClass[] = [
  { key: "cached", label: "Cached input", of: (row) => row.cached_input_tokens },
  { key: "uncached", label: "Uncached input", of: (row) => row.uncached_input_tokens - row.cache_write_input_tokens },
  { key: "write", label: "Cache write", of: (row) => row.cache_write_input_tokens },
  { key: "output", label: "Output", of: (row) => row.output_tokens - row.reasoning_output_tokens },
  { key: "reasoning", label: "Reasoning", of: (row) => row.reasoning_output_tokens },
];

/** Returns the colour of a token class, the same everywhere. */
export function hue(key: string): string {
  return `var(--${key})`;
}

/** Returns the colour of the n-th part of anything else; what is left over is grey. */
export function tone(index: number): string {
  return index < TONES ? `var(--tone-${String(index)})` : "var(--rest)";
}

export const TONES = 7;
