// Writes src/answers.ts, the types of all answers, from their JSON schemas; --check says whether it is current.
import { readFileSync, writeFileSync } from "node:fs";

const SCHEMAS = new URL("../../docs/reference/schemas.json", import.meta.url);
const TARGET = new URL("../src/answers.ts", import.meta.url);
const PLAIN = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

/** Returns the TypeScript type of a JSON schema. */
function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ");
  if (schema.type === "array") return listOf(schema);
  if (schema.type === "object") return `Record<string, ${typeOf(schema.additionalProperties ?? {})}>`;
  return PLAIN[schema.type] ?? "unknown";
}

function listOf(schema) {
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
  const item = typeOf(schema.items ?? {});
  return item.includes(" ") ? `(${item})[]` : `${item}[]`;
}

/** Returns an interface; answers always carry every field, those with a default too. */
function interfaceOf(name, schema) {
  if (!schema.properties) return `export type ${name} = ${typeOf(schema)};\n`;
  const fields = Object.entries(schema.properties).map(([field, value]) => `  ${field}: ${typeOf(value)};`);
  const doc = schema.description ? `/** ${schema.description.replace(/\s+/g, " ")} */\n` : "";
  return `${doc}export interface ${name} {\n${fields.join("\n")}\n}\n`;
}

const { $defs } = JSON.parse(readFileSync(SCHEMAS, "utf8"));
const written = Object.entries($defs).map(([name, schema]) => interfaceOf(name, schema));
const text = `// Written by \`npm run types\` from docs/reference/schemas.json.\n\n${written.join("\n")}`;
if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
else if (readFileSync(TARGET, "utf8") !== text) {
  console.error("src/answers.ts is not what the schemas say: npm run types");
  process.exit(1);
}
