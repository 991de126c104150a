/** Couriers and their phones: ids made of names, what is known of a phone, and apps' set-up values. Pure. */

export interface CourierRow {
  courier_id: string;
  tenant?: string;
  name: string;
  phone?: string | null;
  vehicle?: string | null;
  active?: boolean;
  /** False: he drives by a plan or a phone alone, and is on no list yet. */
  listed?: boolean;
  on_duty?: boolean;
  seen_at?: string | null;
  battery_pct?: number | null;
  /** How many are connected; absent: not told. */
  phones?: number | null;
}

/** A phone of `GET /v1/devices`. */
export interface Device {
  device_id: string;
  courier_id: string;
  tenant?: string;
  revoked: boolean;
  enrolled: boolean;
  code_until?: string | null;
  seen_as?: string | null;
  old_secret_until?: string | null;
  /** Told this once, when it is made. */
  secret?: string | null;
  /** Where it posts; told with the secret. */
  ingest_url?: string | null;
}

/** A one-time code: its address stands in the QR code. */
export interface Invitation {
  device_id: string;
  courier_id: string;
  url: string;
  expires_at: string;
}

export type PhoneState = "revoked" | "connected" | "waiting" | "lapsed" | "replacing";

/** `replacing`: it is connected, and a new code waits that will end its secret. */
export function phoneState(device: Device, now_ms: number): PhoneState {
  if (device.revoked) return "revoked";
  const waits = device.code_until != null && Date.parse(device.code_until) > now_ms;
  if (device.enrolled) return waits ? "replacing" : "connected";
  return waits ? "waiting" : "lapsed";
}

/**
 * Whether the phone of the code has connected: it has a secret, and the code is gone. A phone that takes
 * another's place had a secret before, so the secret alone says nothing.
 */
export function connected(device: Device | undefined): boolean {
  return device?.enrolled === true && device.revoked !== true && device.code_until == null;
}

const LETTERS: Readonly<Record<string, string>> = {
  ...pairs("αavβbvγgδdεeζzηiθthιiκkλlμmνnξxοoπpρrσsςsτtυyφfχchψpsωo", /([α-ως])([a-z]+)/gu),
  β: "v",
  ...pairs("аaбbвvгgдdеeёeжzhзzиiйyкkлlмmнnоoпpрrсsтtуuфfхkhцtsчchшshщshchыyэeюyuяya", /([а-яё])([a-z]+)/gu),
  α: "a",
  ъ: "",
  ь: "",
  ß: "ss",
  æ: "ae",
  ø: "o",
  ł: "l",
};

const DIGRAPHS: readonly [RegExp, string][] = [
  [/ου/gu, "ou"],
  [/μπ/gu, "b"],
  [/ντ/gu, "nt"],
  [/γγ/gu, "ng"],
  [/γκ/gu, "gk"],
  [/αυ/gu, "av"],
  [/ευ/gu, "ev"],
];

function pairs(text: string, pattern: RegExp): Record<string, string> {
  return Object.fromEntries([...text.matchAll(pattern)].map((found) => [found[1], found[2] ?? ""]));
}

/** An id as the API takes it, made of a name: Ελένη Γεωργίου becomes eleni-georgiou; another if it is taken. */
export function idOf(name: string, taken: ReadonlySet<string> = new Set()): string {
  let plain = name
    .toLowerCase()
    .normalize("NFD")
    // The short и and ё are letters of their own, not letters with a mark.
    .replace(/и\u0306/gu, "й")
    .replace(/е\u0308/gu, "ё")
    .replace(/\p{M}/gu, "");
  for (const [from, to] of DIGRAPHS) plain = plain.replace(from, to);
  const latin = [...plain].map((letter) => LETTERS[letter] ?? letter).join("");
  const base = latin
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  if (base === "" || !taken.has(base)) return base;
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}

export const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** A telephone as people write it, in E.164; null when it can't be one. Spaces and dashes are taken away. */
export function e164(text: string): string | null {
  const digits = text.replace(/[\s().\-/]/g, "").replace(/^00/, "+");
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
}

export type CourierFault = "name_missing" | "bad_id" | "id_taken" | "bad_phone";

export interface CourierForm {
  courier_id: string;
  name: string;
  phone: string;
  vehicle: string;
  active: boolean;
}

/** What is wrong with the form, by field. `taken` are the ids of others. */
export function faultsOf(
  form: CourierForm,
  taken: ReadonlySet<string>,
): Partial<Record<keyof CourierForm, CourierFault>> {
  return {
    ...(form.name.trim() === "" ? { name: "name_missing" as const } : {}),
    ...(!ID.test(form.courier_id) ? { courier_id: "bad_id" as const } : {}),
    ...(taken.has(form.courier_id) ? { courier_id: "id_taken" as const } : {}),
    ...(form.phone.trim() !== "" && e164(form.phone) === null ? { phone: "bad_phone" as const } : {}),
  };
}

/** The body of `PUT /v1/couriers/{id}`. */
export function courierBody(form: CourierForm): Record<string, unknown> {
  const phone = form.phone.trim() === "" ? null : e164(form.phone);
  return {
    name: form.name.trim(),
    active: form.active,
    ...(phone === null ? {} : { phone }),
    ...(form.vehicle.trim() === "" ? {} : { vehicle: form.vehicle.trim() }),
  };
}

export interface SetupLine {
  /** The field's name in the app, as the app writes it. */
  field: string;
  value: string;
  secret?: boolean;
}

export interface Setup {
  app: "Traccar Client" | "OsmAnd" | "OwnTracks" | "Overland" | "GPSLogger";
  lines: readonly SetupLine[];
  /** An address that sets all of it, for a QR code shown to the app; absent: the app knows none. */
  link?: string;
}

/** What to enter into each app. `ingest` is the origin that phones post to. */
export function setups(ingest: string, device: string, secret: string): readonly Setup[] {
  const osmand = `${ingest}/osmand/${secret}`;
  return [
    {
      app: "Traccar Client",
      link: `${osmand}?id=${device}&accuracy=highest&distance=10&interval=5&fastest_interval=5&buffer=true&service=true`,
      lines: [
        { field: "Device identifier", value: device },
        { field: "Server URL", value: osmand, secret: true },
        { field: "Location accuracy", value: "highest" },
        { field: "Distance / Interval / Fastest interval", value: "10 / 5 / 5" },
        { field: "Offline buffering", value: "on" },
      ],
    },
    {
      app: "OsmAnd",
      lines: [
        {
          field: "Web address",
          value: `${osmand}?id=${device}&lat={0}&lon={1}&timestamp={2}&accuracy={3}&altitude={4}&speed_mps={5}&bearing={6}`,
          secret: true,
        },
        { field: "Tracking interval", value: "5 s" },
      ],
    },
    {
      app: "OwnTracks",
      lines: [
        { field: "Mode", value: "HTTP" },
        { field: "URL", value: `${ingest}/owntracks` },
        { field: "User ID", value: device },
        { field: "Password", value: secret, secret: true },
        { field: "Monitoring", value: "Move, 5 s" },
      ],
    },
    {
      app: "Overland",
      link: `overland://setup?url=${encodeURIComponent(`${ingest}/overland`)}&token=${secret}&device_id=${device}`,
      lines: [
        { field: "Receiver Endpoint", value: `${ingest}/overland` },
        { field: "Access Token", value: secret, secret: true },
        { field: "Device ID", value: device },
        { field: "Tracking Mode", value: "Standard" },
        { field: "Send Interval", value: "5 s" },
      ],
    },
    {
      app: "GPSLogger",
      lines: [
        { field: "URL", value: `${ingest}/gpslogger` },
        { field: "HTTP Method", value: "POST" },
        { field: "Basic Authentication: user name", value: device },
        { field: "Basic Authentication: password", value: secret, secret: true },
        {
          field: "HTTP Body",
          value: "lat=%LAT&lon=%LON&time=%TIME&spd=%SPD&dir=%DIR&acc=%ACC&alt=%ALT&batt=%BATT",
        },
        { field: "Logging interval", value: "5 s" },
      ],
    },
  ];
}

/** What is left of the code's time, such as 58:07; null: it is over. */
export function countdown(expires_ms: number, now_ms: number): string | null {
  const left_s = Math.ceil((expires_ms - now_ms) / 1000);
  if (left_s <= 0) return null;
  const [h, m, s] = [Math.floor(left_s / 3600), Math.floor(left_s / 60) % 60, left_s % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export const BATTERY_LOW_PCT = 20;
