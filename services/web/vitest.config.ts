import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  cacheDir: resolve(import.meta.dirname, "../../.dromos/cache/vite"),
  test: { include: ["test/**/*.test.ts"], environment: "node", env: { TZ: "UTC" } },
});
