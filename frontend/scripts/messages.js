// The texts of the page that are translated: those that t("…") names in the sources, and how catalogues have them.
//
// node scripts/messages.js              prints what each catalogue lacks, as JSON: {"de": {"English": ""}}
// node scripts/messages.js de file.json puts translations into a catalogue; what no source names any more goes.
import { IntlMessageFormat } from "intl-messageformat";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "svelte/compiler";

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));
const CATALOGUES = fileURLToPath(new URL("../src/languages", import.meta.url));

/** Returns the calls of t in all sources: where each is, its text (undefined if it is no literal), the values it names. */
export function uses(folder = SOURCES) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith(".d.ts"));
  return files.sort().flatMap((name) => usesIn(name, readFileSync(`${folder}/${name}`, "utf8")));
}

function usesIn(name, text) {
  const source = name.endsWith(".ts") ? `<script lang="ts">\n${text}</script>` : text;
  if (!/\bt\(/.test(source)) return [];
  return calls(parse(source, { modern: true })).map((call) => ({ name, ...useOf(call) }));
}

/** Returns the calls of t below a node of a syntax tree. */
function calls(node) {
  if (node === null || typeof node !== "object") return [];
  const below = Object.entries(node).flatMap(([key, value]) => (key === "parent" || key === "metadata" ? [] : calls(value)));
  const own = node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "t";
  return own ? [node, ...below] : below;
}

function useOf({ arguments: [first, second] }) {
  const text = first?.type === "Literal" && typeof first.value === "string" ? first.value : undefined;
  const isPlain = second?.type === "ObjectExpression" && second.properties.every((one) => one.type === "Property");
  const values = !second ? [] : isPlain ? second.properties.map((one) => one.key.name ?? one.key.value) : null;
  return { text, values };
}

/** Returns the placeholders of a message, each with its kind, and the categories of its plurals. */
export function shape(message, language = "en") {
  if (!message.includes("{")) return { names: [], plurals: [] };
  const found = { names: new Set(), plurals: [] };
  walk(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).getAst(), found);
  return { names: [...found.names].sort(), plurals: found.plurals };
}

function walk(elements, found) {
  for (const one of elements) {
    const kind = { 1: "text", 2: "number", 3: "date", 4: "time", 5: "select", 6: "plural" }[one.type];
    if (kind) found.names.add(`${one.value} ${kind}`);
    if (kind === "plural") found.plurals.push({ name: one.value, categories: Object.keys(one.options) });
    for (const option of Object.values(one.options ?? {})) walk(option.value, found);
  }
}

/** Says what is wrong with a translation; nothing where all is well. */
export function wrong(language, message, translation) {
  let own;
  try {
    own = shape(translation, language);
  } catch (error) {
    return [`${translation}: ${error.message}`];
  }
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const lacking = own.plurals.flatMap(({ name, categories }) =>
    needed.filter((one) => !categories.includes(one)).map((one) => `${translation}: {${name}} lacks the plural "${one}"`),
  );
  const names = shape(message).names.join(", ");
  return own.names.join(", ") === names ? lacking : [`${translation}: {${own.names.join(", ")}} is not {${names}}`, ...lacking];
}

/** Returns the catalogues by language. */
export function catalogues(folder = CATALOGUES) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(names.map((name) => [basename(name, ".json"), JSON.parse(readFileSync(`${folder}/${name}`, "utf8"))]));
}

/** Returns all texts, once each, in the order of the sources. */
export function messages() {
  return [...new Set(uses().flatMap(({ text }) => text ?? []))];
}

function print() {
  const all = messages();
  const lacking = Object.entries(catalogues()).map(([language, known]) => [
    language,
    Object.fromEntries(all.filter((one) => !known[one]).map((one) => [one, ""])),
  ]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(lacking), null, 2)}\n`);
}

function put(language, file) {
  const known = { ...catalogues()[language], ...JSON.parse(readFileSync(file, "utf8")) };
  const kept = messages().flatMap((one) => (known[one] ? [[one, known[one]]] : []));
  const problems = kept.flatMap(([message, translation]) => wrong(language, message, translation));
  if (problems.length) throw new Error(problems.join("\n"));
  writeFileSync(`${CATALOGUES}/${language}.json`, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , language, file] = process.argv;
  if (file) put(language, file);
  else print();
}
