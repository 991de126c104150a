/** Tells the courier's service worker which files make up the page, so that it opens without network. */

import { createHash } from "node:crypto";
import type { Plugin, Rolldown } from "vite";

const ENTRY = "courier";
const WORKER = "courier-sw.js";

export function courierWorker(): Plugin {
  return {
    name: "courier-worker",
    apply: "build",
    generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== "chunk") return;
      const files = [...shell(bundle)].sort();
      const name = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
      worker.code = worker.code
        .replaceAll("__SHELL_FILES__", JSON.stringify(files))
        .replaceAll("__SHELL_NAME__", JSON.stringify(name));
    },
  };
}

/** The entry's scripts and what they import at once, their styles, and what those name; the map is fetched
 * later, by the network, and the page works without. */
function shell(bundle: Rolldown.OutputBundle): Set<string> {
  const found = new Set<string>(["/courier.webmanifest", "/courier-192.png"]);
  const seen = new Set<string>();
  const entry = Object.values(bundle).find(
    (each) => each.type === "chunk" && each.isEntry && each.name === ENTRY,
  );
  const queue = entry === undefined ? [] : [entry.fileName];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    found.add(`/${next}`);
    const chunk = bundle[next];
    if (chunk?.type !== "chunk") continue;
    queue.push(...chunk.imports);
    for (const style of chunk.viteMetadata?.importedCss ?? []) {
      found.add(`/${style}`);
      const source = bundle[style];
      if (source?.type !== "asset") continue;
      for (const [, asset] of String(source.source).matchAll(/url\(["']?(\/assets\/[^"')]+)["']?\)/g)) {
        if (asset !== undefined) found.add(asset);
      }
    }
    for (const asset of chunk.viteMetadata?.importedAssets ?? []) found.add(`/${asset}`);
  }
  return found;
}
