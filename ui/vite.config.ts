// How the web interface is built: one bundle of hashed files under dist/assets, nothing inlined,
// so that the strict content policy (no inline script, no inline style) holds.
import { defineConfig } from "vite";

/** A recorder for `npm run dev`: the running one's plain HTTP port. */
const recorder = process.env["NIGHTJAR_URL"] ?? "http://127.0.0.1:8480";

export default defineConfig({
  base: "./",
  plugins: [
    {
      // The gateway writes the base path into the page that it serves; the development server does it here.
      name: "base-path",
      apply: "serve",
      transformIndexHtml: (page: string) => page.replace("<head>", '<head><base href="/">'),
    },
  ],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        // What every page begins with comes as one file: three dozen small ones cost a request each, a third of what it takes
        // to load a page.
        codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] },
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: recorder, ws: true, changeOrigin: true } } },
});
