import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shell } from "../../src/desk/i18n/messages";
import { plural, type Texts } from "../../src/desk/i18n/texts";
import { chooseLanguage } from "../../src/desk/store";
import { TEXTS as TODAY } from "../../src/desk/views/today/texts";

const VIEWS = join(import.meta.dirname, "../../src/desk/views");

type Leaves = Map<string, string>;

function leaves(table: unknown, path = "", found: Leaves = new Map()): Leaves {
  if (typeof table === "string") found.set(path, table);
  else for (const [key, value] of Object.entries(table as object)) leaves(value, `${path}.${key}`, found);
  return found;
}

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join();
/** Plural forms differ from language to language; all are counted as one. */
const plain = (path: string) => path.replace(/\.(one|few|many|other)$/, ".*");

const modules = readdirSync(VIEWS, { recursive: true, encoding: "utf8" }).filter((file) =>
  /texts\.ts$/.test(file),
);

async function tablesOf(): Promise<[string, Texts<object>][]> {
  const found: [string, Texts<object>][] = [["shell", shell]];
  for (const file of modules) {
    const module = (await import(join(VIEWS, file))) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === "function" && "tables" in value)
        found.push([`${file} ${name}`, value as Texts<object>]);
    }
  }
  return found;
}

describe("every view's texts", async () => {
  const all = await tablesOf();

  it("are found", () => {
    expect(all.length).toBeGreaterThanOrEqual(modules.length);
    expect(modules.length).toBeGreaterThanOrEqual(3);
  });

  it.each(all)("%s: say the same with the same placeholders in each language", (_, texts) => {
    const en = leaves(texts.tables.en);
    for (const language of ["el", "ru"] as const) {
      const other = leaves(texts.tables[language]);
      expect(new Set([...other.keys()].map(plain)), language).toEqual(new Set([...en.keys()].map(plain)));
      for (const [path, text] of other) {
        const english = en.get(path) ?? en.get(plain(path).replace("*", "other")) ?? "";
        expect(text.trim(), `${language}${path}`).not.toBe("");
        expect(placeholders(text), `${language}${path}`).toBe(placeholders(english));
      }
    }
  });

  it.each(all)("%s: are written in their own script", (_, texts) => {
    // Some are the same everywhere (Enter, CSV), but hardly a table as a whole.
    const share = (language: "el" | "ru", script: RegExp) => {
      const own = [...leaves(texts.tables[language]).values()];
      return own.filter((text) => script.test(text)).length / own.length;
    };
    expect(share("el", /\p{Script=Greek}/u)).toBeGreaterThan(0.8);
    expect(share("ru", /\p{Script=Cyrillic}/u)).toBeGreaterThan(0.8);
  });
});

describe("plurals", () => {
  it.each([
    ["ru", 1, "1 остановка с опозданием"],
    ["ru", 3, "3 остановки с опозданием"],
    ["ru", 11, "11 остановок с опозданием"],
    ["el", 2, "2 στάσεις σε καθυστέρηση"],
    ["en", 1, "1 stop late"],
  ] as const)("%s %i", (language, n, said) => {
    chooseLanguage(language);
    expect(plural(TODAY().late, n)).toBe(said);
  });
});
