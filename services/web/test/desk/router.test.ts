import { describe, expect, it } from "vitest";
import { match, ownLink, tidy } from "../../src/desk/router";
import { VIEWS, viewOf } from "../../src/desk/views";

describe("the address", () => {
  it("names a view and its parameters", () => {
    expect(match("/desk/shipments/:id", "/desk/shipments/s-1")).toEqual({ id: "s-1" });
    expect(match("/desk/shipments/:id", "/desk/shipments/a%2Fb")).toEqual({ id: "a/b" });
    expect(match("/desk/shipments", "/desk/shipments/")).toEqual({});
  });

  it("fits no other pattern", () => {
    expect(match("/desk/shipments/:id", "/desk/shipments")).toBeNull();
    expect(match("/desk/shipments/:id", "/desk/shipments/s-1/x")).toBeNull();
    expect(match("/desk/shipments/:id", "/desk/shipments//")).toBeNull();
    expect(match("/desk", "/desks")).toBeNull();
    expect(match("/desk/shipments/:id", "/desk/shipments/%E0%A4%A")).toBeNull();
  });

  it("loses a slash at its end, but not its only one", () => {
    expect(tidy("/desk/")).toBe("/desk");
    expect(tidy("/")).toBe("/");
  });

  it("opens each view that is registered, once", () => {
    for (const view of VIEWS) {
      expect(viewOf(view.path.replace(":id", "x"))?.view.name).toBe(view.name);
    }
    expect(new Set(VIEWS.map((view) => view.name)).size).toBe(VIEWS.length);
    const keys = VIEWS.flatMap((view) => view.key ?? []);
    expect(new Set(keys).size).toBe(keys.length);
    expect(viewOf("/desk/nowhere")).toBeNull();
  });
});

describe("a click on a link", () => {
  const origin = "https://track.example.org";
  const click = (href: string, more: Partial<MouseEvent> = {}, attributes: readonly string[] = []) => {
    const link = { href, target: "", hasAttribute: (name: string) => attributes.includes(name) };
    const event = { button: 0, defaultPrevented: false, target: { closest: () => link }, ...more };
    return ownLink(event as unknown as MouseEvent, origin);
  };

  it("within the desk is ours", () => {
    expect(click(`${origin}/desk/shipments?tag=Delivered`)).toBe("/desk/shipments?tag=Delivered");
    expect(click(`${origin}/desk`)).toBe("/desk");
  });

  it("elsewhere, in a new tab, as a download or with a secret in its fragment is the browser's", () => {
    expect(click("https://evil.example/desk")).toBeNull();
    expect(click(`${origin}/desktop`)).toBeNull();
    expect(click(`${origin}/t#secret`)).toBeNull();
    expect(click(`${origin}/desk/invitation#secret`)).toBeNull();
    expect(click(`${origin}/desk`, { ctrlKey: true })).toBeNull();
    expect(click(`${origin}/desk`, { button: 1 })).toBeNull();
    expect(click(`${origin}/desk/x`, {}, ["download"])).toBeNull();
  });
});
