import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The server serves the built files under /assets and the page at /; a hub serves hub.html there.
export default defineConfig({
  plugins: [svelte({ compilerOptions: { runes: true } })],
  build: {
    outDir: "../src/codex_usage_tracker/web/assets",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: true,
    rollupOptions: { input: ["index.html", "hub.html"] },
  },
  server: { proxy: { "/api": process.env.CODEX_USAGE_TRACKER_URL ?? "http://127.0.0.1:8765" } },
  test: { include: ["tests/**/*.test.ts"] },
});
