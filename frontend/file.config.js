import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { deflateSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const LANGUAGES = "src/languages";

// The page as one file, without its data: script, style and the texts of all languages stand in it.
export default defineConfig({
  plugins: [catalogues(), svelte({ compilerOptions: { runes: true } }), single()],
  publicDir: false,
  build: {
    outDir: "../src/codex_usage_tracker/static/assets",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: { input: "file.html" },
  },
});

/** Takes the texts of a language from the file. */
function catalogues() {
  return {
    name: "catalogues",
    enforce: "pre",
    resolveId: (source, importer) =>
      source === "./catalogue" && importer?.endsWith("src/language.ts") ? resolve("src/file/catalogue.ts") : null,
  };
}

/** Puts all that was built into the page, under a policy that lets nothing else run and nothing leave. */
function single() {
  return {
    name: "single",
    enforce: "post",
    generateBundle(_, bundle) {
      const parts = Object.values(bundle);
      const [script, ...others] = parts.filter((one) => one.type === "chunk");
      if (others.length) this.error("the page must be one script");
      const style = parts.filter((one) => one.fileName.endsWith(".css")).map((one) => String(one.source)).join("");
      const page = parts.find((one) => one.fileName.endsWith(".html"));
      const code = script.code.replaceAll(/<(\/script|!--)/gi, "\\x3C$1");
      const html = String(page.source)
        .replace(/\s*<script type="module"[^>]*src=[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
        .replace("<!--policy-->", () => policy(code, style))
        .replace("<!--icon-->", () => `<link rel="icon" href="${icon()}" />\n    <style>${style}</style>`)
        .replace("<!--texts-->", texts)
        .replace("</body>", () => `<script type="module">${code}</script>\n  </body>`);
      for (const one of parts) Reflect.deleteProperty(bundle, one.fileName);
      this.emitFile({ type: "asset", fileName: "dashboard.html", source: html });
    },
  };
}

function policy(code, style) {
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const rules = [
    "default-src 'none'", `script-src ${hash(code)}`, `style-src ${hash(style)}`, "img-src data:", "connect-src 'none'",
    "base-uri 'none'", "form-action 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${rules.join("; ")}" />`;
}

function icon() {
  return `data:image/svg+xml;base64,${readFileSync("public/favicon.svg").toString("base64")}`;
}

function texts() {
  return readdirSync(LANGUAGES)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const packed = deflateSync(readFileSync(`${LANGUAGES}/${name}`), { level: 9 }).toString("base64");
      return `<script type="application/octet-stream" id="texts-${basename(name, ".json")}">${packed}</script>`;
    })
    .join("\n    ");
}
