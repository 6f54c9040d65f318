// Texts by their English: looked up, and filled with values by the rules of ICU's messages.
import { IntlMessageFormat } from "intl-messageformat";
import type { Catalogue } from "./catalogue";
import { PSEUDO } from "./languages";

export type Values = Readonly<Record<string, string | number>>;
export type Translator = (message: string, values?: Values) => string;

/** Returns the locale that numbers and plurals follow; Arabic has the digits that stand in names of models and in code. */
export function localeOf(language: string): string {
  return { ar: "ar-u-nu-latn", [PSEUDO]: "en" }[language] ?? language;
}

/** Returns what translates into a language; what a catalogue lacks stays English. */
export function translator(language: string, texts: Catalogue): Translator {
  const made = new Map<string, IntlMessageFormat>();
  const fill = (message: string, values: Values): string => {
    const locale = texts[message] ? localeOf(language) : "en";
    const format = made.get(message) ?? new IntlMessageFormat(texts[message] || message, locale, undefined, { ignoreTag: true });
    made.set(message, format);
    return String(format.format(values));
  };
  const plain: Translator = (message, values) => (values && message.includes("{") ? fill(message, values) : texts[message] || message);
  return language === PSEUDO ? (message, values) => `⟦${plain(message, values)}⟧` : plain;
}
