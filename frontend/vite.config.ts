import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compress } from "./compress.ts";

/** Recharts, and what nothing but it needs. */
const CHARTS =
  /node_modules.(recharts|victory-vendor|d3-|internmap|@reduxjs|react-redux|redux|reselect|immer|es-toolkit|react-is|decimal|eventemitter3)/;
const backend = "http://127.0.0.1:8000";

export default defineConfig({
  base: "/static/app/",
  plugins: [react(), compress()],
  // Django puts the request's nonce where this placeholder stands.
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What draws charts is one chunk, which comes after the page's figures.
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: "charts", test: CHARTS },
            // Small, and needed by more than charts: beside them, not within.
            { name: "charts-geometry", test: /src.charts.(across|geometry)/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/accounts", "/admin", "/static/admin"].map((path) => [path, backend]),
    ),
  },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    testTimeout: 30_000,
  },
});
