// The languages of the page, and which of them one that is asked for is nearest to.

/** Codes with what speakers call their language. */
export const LANGUAGES = [
  ["en", "English"],
  ["de", "Deutsch"],
  ["es", "Español"],
  ["fr", "Français"],
  ["it", "Italiano"],
  ["pt", "Português"],
  ["ru", "Русский"],
  ["vi", "Tiếng Việt"],
  ["ar", "العربية"],
  ["ja", "日本語"],
  ["ko", "한국어"],
  ["zh-Hans", "简体中文"],
] as const;
/** The language of tests: English in brackets, so that what was not translated shows. */
export const PSEUDO = "xx";

/** Returns the language of ours that a code means: pt-BR is Portuguese, zh-CN Chinese. */
export function nearest(code: string | null | undefined): string | undefined {
  const tongue = (code ?? "").toLowerCase().split(/[-_]/)[0] ?? "";
  if (tongue === PSEUDO) return PSEUDO;
  return LANGUAGES.map(([one]) => one).find((one) => one.split("-")[0] === tongue);
}
