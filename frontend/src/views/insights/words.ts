// What insights count.
import { short } from "../../figures";
import { t } from "../../language";

const COUNTED: Readonly<Record<string, (count: number, amount: string) => string>> = {
  calls: (calls, amount) => t("{calls, plural, one {# call} other {{amount} calls}}", { calls, amount }),
  threads: (threads, amount) => t("{threads, plural, one {# thread} other {{amount} threads}}", { threads, amount }),
};

/** Writes how many calls or threads there are, in as many digits as `write` gives. */
export function counted(count: number, unit: string, write: (count: number) => string = short): string {
  return COUNTED[unit]?.(count, write(count)) ?? write(count);
}
