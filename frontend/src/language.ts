// The language that the page speaks: chosen before anything is drawn, and one for as long as the page is open.
import { catalogue } from "./catalogue";
import { nearest } from "./languages";
import { remember, remembered } from "./theme.svelte";
import { localeOf, translator, type Translator } from "./translator";

const KEY = "codex-usage-language";

/** Takes the language from the address, from what this browser remembers, from the command that opened it, or the browser. */
function chosen(): string {
  if (typeof location === "undefined") return "en";
  const asked = new URLSearchParams(location.search);
  const told = nearest(asked.get("lang"));
  if (told) remember(KEY, told);
  const usual = [told, nearest(remembered(KEY)), nearest(asked.get("default_lang"))].find(Boolean);
  if (usual && !remembered(KEY)) remember(KEY, usual);
  forget(asked);
  return usual ?? nearest(document.documentElement.dataset["language"]) ?? navigator.languages.map(nearest).find(Boolean) ?? "en";
}

/** Takes the language out of the address: a link that is copied leaves others theirs. */
function forget(asked: URLSearchParams): void {
  if (!asked.has("lang") && !asked.has("default_lang")) return;
  asked.delete("lang");
  asked.delete("default_lang");
  history.replaceState(null, "", asked.size ? `?${asked.toString()}` : "?");
}

/** Its code, as BCP 47 has it. */
export const language = chosen();
export const direction: "ltr" | "rtl" = language === "ar" ? "rtl" : "ltr";
/** What numbers and plurals follow. */
export const locale = localeOf(language);

/** Returns a text in the language, by its English; `values` fill what stands in braces. */
export const t: Translator = translator(language, language === "en" ? {} : await catalogue(language));

if (typeof document !== "undefined") Object.assign(document.documentElement, { lang: language, dir: direction });

/** Speaks another language from now on. */
export function speak(code: string): void {
  remember(KEY, code);
  location.reload();
}
