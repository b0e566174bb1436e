import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { licenses } from "./licenses.js";

const local = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Modules that are far more than is used of them. */
const REPLACED = new Map([
  ["monaco-editor/esm/vs/editor/edcore.main.js", local("src/monaco.js")],
  ["prettier/plugins/estree", local("src/prettier-jsonc.js")],
  ["prettier/parser-babel", local("src/prettier-jsonc.js")],
  // The same module a second time, as CommonJS.
  ["prettier/parser-graphql", local("node_modules/prettier/plugins/graphql.mjs")],
]);

const replace = {
  name: "replace",
  enforce: "pre",
  resolveId: (id) => REPLACED.get(id),
};

/** GraphiQL names its icons, for those who cannot see them, after the functions that draw them; minified, these have no names. */
const nameIcons = {
  name: "name-icons",
  transform(code, id) {
    if (!/@graphiql\/react\/dist\/icons\/(?!index\.js)/.test(id.replaceAll("\\", "/"))) return null;
    const named = code.replace(/^export \{ (\w+) as default \};/m, 'Object.defineProperty($1, "name", { value: "$1" });\n$&');
    if (named === code) throw new Error(`${id} is not the icon that was expected.`);
    return { code: named, map: null };
  },
};

/** As the server sends it, so that what it forbids fails here first. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export default defineConfig(() => {
  const target = process.env.ATELIER ?? "http://127.0.0.1:8080";
  const proxy = { "/token": target, "/graphql": { target, ws: true } };
  const { collect, emit } = licenses("LICENSES.txt");
  const names = { entryFileNames: "assets/[name].js", chunkFileNames: "assets/[name].js", assetFileNames: "assets/[name][extname]" };
  return {
    base: "/graphiql/",
    plugins: [replace, nameIcons, emit],
    worker: { format: "es", plugins: () => [replace, collect()], rolldownOptions: { output: { ...names, codeSplitting: false } } },
    build: {
      sourcemap: false,
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 4096,
      chunkSizeWarningLimit: 5000,
      rolldownOptions: {
        // `"use client"` means nothing here.
        checks: { moduleLevelDirective: false },
        output: {
          ...names,
          // What others wrote changes seldom, and is most of it: a file of its own keeps changes small.
          codeSplitting: { groups: [{ name: "vendor", test: /node_modules|src\/(monaco|prettier-jsonc)\.js|^\0/ }] },
        },
      },
    },
    server: { host: "127.0.0.1", proxy },
    preview: { host: "127.0.0.1", proxy, headers: { "Content-Security-Policy": CSP } },
  };
});
