import { expect, it } from "vitest";
import { linksOf } from "../src/demo/links";

const BASE = "http://127.0.0.1:8080/demo";

it("reads the list, and leaves out what is no address of the web", () => {
  const { links, updated_ms } = linksOf(
    {
      links: [
        { kind: "far", url: "/t#abc", shop: "S", order: "1", courier: "c", stops_left: 9, state: "area" },
        { kind: "near", url: "javascript:alert(1)" },
        { kind: "near" },
        null,
      ],
      updated_at: "2026-11-22T12:00:00Z",
    },
    BASE,
  );
  expect(links.map((link) => link.url)).toEqual(["/t#abc"]);
  expect(links[0]?.stops_left).toBe(9);
  expect(updated_ms).toBe(Date.UTC(2026, 10, 22, 12));
});

it("survives an answer that is none", () => {
  expect(linksOf(null, BASE).links).toEqual([]);
  expect(linksOf({ links: "x" }, BASE)).toEqual({ links: [], updated_ms: 0 });
});
