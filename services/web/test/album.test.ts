import { beforeEach, describe, expect, it } from "vitest";
import type { Stage } from "../src/contracts";
import { type Listed, type Picture, Pictures } from "../src/link/pictures";
import { AlbumStore, type Source } from "../src/view/album";
import { NOON_MS, shipment, snapshot } from "./samples";

const DELIVERED: Stage = { substatus: "Delivered_001", at_ms: NOON_MS, seq: 7, proofs: 2 };
const PHOTO: Listed = { seq: 7, proof: "20261122.a", kind: "photo", url: "/v1/proofs/AA.bb-_" };
const SWEPT: Listed = { seq: 7, proof: "20261122.b" };

function pictured(...stages: Stage[]) {
  return snapshot({ shipment: shipment({ stages }) });
}

/** Waits until everything that was promised has come. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

class Portal implements Source {
  lists = 0;
  asked: string[] = [];
  listed: readonly Listed[] | null = [PHOTO, SWEPT];
  answer: Picture = { is: "there", blob: new Blob(["x"], { type: "image/jpeg" }) };
  async list() {
    this.lists += 1;
    return this.listed;
  }
  async picture(listed: Listed) {
    this.asked.push(listed.proof);
    return this.answer;
  }
}

describe("the album", () => {
  let portal: Portal;
  let made: string[];
  let album: AlbumStore;
  beforeEach(() => {
    portal = new Portal();
    made = [];
    album = new AlbumStore({
      createObjectURL: () => {
        made.push(`blob:${made.length}`);
        return made.at(-1) ?? "";
      },
      revokeObjectURL: (url) => made.splice(made.indexOf(url), 1),
    });
    album.open(portal);
  });

  it("asks for nothing while no stage tells of pictures", async () => {
    album.see(pictured({ substatus: "InTransit_003", at_ms: NOON_MS }));
    await settled();
    expect(portal.lists).toBe(0);
    expect(album.album.value.is).toBe("empty");
  });

  it("asks for the list once, and again when there are more", async () => {
    album.see(pictured(DELIVERED));
    album.see(pictured(DELIVERED));
    await settled();
    album.see(pictured(DELIVERED));
    expect(portal.lists).toBe(1);
    expect(album.album.value).toEqual({ is: "ready", listed: [PHOTO, SWEPT] });
    album.see(pictured(DELIVERED, { ...DELIVERED, seq: 8, proofs: 1 }));
    await settled();
    expect(portal.lists).toBe(2);
  });

  it("fetches a picture when it is wanted, once, and none that is kept no longer", async () => {
    album.see(pictured(DELIVERED));
    await settled();
    const [photo, swept] = [album.of(PHOTO), album.of(SWEPT)];
    expect([photo.value.is, swept.value.is]).toEqual(["waiting", "gone"]);
    void album.want(PHOTO);
    void album.want(PHOTO);
    void album.want(SWEPT);
    expect(photo.value.is).toBe("loading");
    await settled();
    await album.want(PHOTO);
    expect(photo.value).toEqual({ is: "shown", url: "blob:0" });
    expect(portal.asked).toEqual([PHOTO.proof]);
  });

  it("says so when a picture is gone, or can't be fetched, and tries again when told", async () => {
    album.see(pictured(DELIVERED));
    await settled();
    const photo = album.of(PHOTO);
    portal.answer = { is: "later" };
    await album.want(PHOTO);
    expect(photo.value.is).toBe("failed");
    portal.answer = { is: "gone" };
    await album.want(PHOTO);
    expect(photo.value.is).toBe("gone");
  });

  it("says so when the list can't be had, and tries again when told", async () => {
    portal.listed = null;
    album.see(pictured(DELIVERED));
    await settled();
    expect(album.album.value.is).toBe("failed");
    portal.listed = [PHOTO];
    await album.load();
    expect(album.album.value.is).toBe("ready");
  });

  it("keeps nothing of another link", async () => {
    album.see(pictured(DELIVERED));
    await settled();
    album.of(PHOTO);
    await album.want(PHOTO);
    expect(made).toEqual(["blob:0"]);
    const other = new Portal();
    const late = album.want(PHOTO);
    album.open(other);
    await late;
    expect(made).toEqual([]);
    expect(album.album.value.is).toBe("empty");
    album.see(pictured(DELIVERED));
    await settled();
    expect(other.lists).toBe(1);
    expect(album.of(PHOTO).value.is).toBe("waiting");
  });

  it("drops an answer that comes after the link has changed", async () => {
    album.see(pictured(DELIVERED));
    await settled();
    const photo = album.of(PHOTO);
    const late = album.want(PHOTO);
    album.open(null);
    await late;
    expect(made).toEqual([]);
    expect(photo.value.is).toBe("loading");
  });
});

describe("the portal's pictures", () => {
  const asked: { url: string; authorization: string | undefined }[] = [];
  let answers: Record<string, () => Response>;
  const pictures = new Pictures(
    "secret",
    async (url, init) => {
      asked.push({ url, authorization: (init.headers as Record<string, string>)?.Authorization });
      const answer = answers[url];
      if (answer === undefined) throw new TypeError("no network");
      return answer();
    },
    () => NOON_MS,
  );
  const jpeg = () => new Response(new Blob(["x"], { type: "image/jpeg" }));

  beforeEach(() => {
    asked.length = 0;
    answers = {
      "/v1/link/ticket": () =>
        Response.json({ ticket: "t1", socket: "ws://x", expires_at: NOON_MS + 60_000 }),
      "/v1/link/proofs": () => Response.json([PHOTO, SWEPT, { odd: true }]),
      "/v1/proofs/AA.bb-_": jpeg,
    };
  });

  it("are listed for a ticket, and fetched by their addresses without one", async () => {
    expect(await pictures.list()).toEqual([PHOTO, SWEPT]);
    expect(asked[1]).toEqual({ url: "/v1/link/proofs", authorization: "Ticket t1" });
    expect((await pictures.picture(PHOTO)).is).toBe("there");
    expect(asked[2]).toEqual({ url: "/v1/proofs/AA.bb-_", authorization: undefined });
  });

  it("are asked for by a new address when the one at hand has ended", async () => {
    answers["/v1/proofs/AA.bb-_"] = () => new Response(null, { status: 404 });
    answers["/v1/link/proofs"] = () => Response.json([{ ...PHOTO, url: "/v1/proofs/CC.dd" }]);
    answers["/v1/proofs/CC.dd"] = jpeg;
    expect((await pictures.picture(PHOTO)).is).toBe("there");
    answers["/v1/proofs/CC.dd"] = () => new Response(null, { status: 404 });
    expect((await pictures.picture(PHOTO)).is).toBe("gone");
    expect((await pictures.picture(SWEPT)).is).toBe("gone");
  });

  it("are to be had later when the portal is away, and what is no picture is none", async () => {
    answers["/v1/proofs/AA.bb-_"] = () => Response.json({ status: 503 }, { status: 503 });
    expect((await pictures.picture(PHOTO)).is).toBe("later");
    answers["/v1/proofs/AA.bb-_"] = () =>
      new Response("<html>", { headers: { "Content-Type": "text/html" } });
    expect((await pictures.picture(PHOTO)).is).toBe("later");
    answers = {};
    expect(await pictures.list()).toBeNull();
    expect((await pictures.picture(PHOTO)).is).toBe("later");
  });

  it.each([
    "https://elsewhere.example/x",
    "//elsewhere.example/v1/proofs/x",
    "/v1/desk/session",
    "/v1/proofs/../x",
  ])("are never fetched from %s", async (url) => {
    answers = {};
    expect((await pictures.picture({ ...PHOTO, url })).is).not.toBe("there");
    expect(asked.map((each) => each.url)).not.toContain(url);
  });

  it("of a link that is gone are none", async () => {
    answers["/v1/link/ticket"] = () => new Response(null, { status: 404 });
    expect(await pictures.list()).toEqual([]);
  });
});
