import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { courierWorker } from "./build/courier_worker.ts";
import { precompress } from "./build/precompress.ts";

const here = import.meta.dirname;

export default defineConfig({
  plugins: [preact(), courierWorker(), precompress()],
  // node_modules may be a link to a folder elsewhere.
  cacheDir: resolve(here, "../../.dromos/cache/vite"),
  worker: { format: "es" },
  build: {
    outDir: resolve(here, process.env.DROMOS_WEB_OUT || "../../.dromos/web/dist"),
    emptyOutDir: true,
    target: "es2022",
    // Every asset is a file of its own: the pages' policy allows no data: addresses.
    assetsInlineLimit: 0,
    // The map's code is one lazy chunk of about 1 MB.
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        index: resolve(here, "index.html"),
        demo: resolve(here, "demo.html"),
        desk: resolve(here, "desk.html"),
        courier: resolve(here, "courier.html"),
        "courier-sw": resolve(here, "src/courier/worker.ts"),
      },
      output: {
        // A service worker has one address for ever, at the root.
        entryFileNames: ({ name }) => (name === "courier-sw" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
