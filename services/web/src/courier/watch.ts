/** The phone's receiver while he is on duty, and its screen kept awake. */

import { confirmedSince, type Reading, STANDING_MS, stillThere } from "./positions";

/** `none`: no receiver, or a page that may not ask. `lost`: allowed, and no reading comes. */
export type Receiver = "off" | "asking" | "works" | "denied" | "lost" | "none";

export interface WatchWorld {
  geolocation: Geolocation | undefined;
  now_ms(): number;
  /** What is to be added to the phone's clock. */
  offset_ms(): number;
  visible(): boolean;
}

/** How often it is looked whether the receiver is silent. */
const LOOK_MS = 5_000;
const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 2_000, timeout: 20_000 };
const ASK: PositionOptions = { enableHighAccuracy: true, maximumAge: 60_000, timeout: 10_000 };
const CONFIRM: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 15_000 };
/** One may be chance. */
const TIMEOUTS = 2;

export type Failure = "denied" | "unavailable" | "timeout";

/** Whether a silent receiver is to be asked: some tell only of changes, and he may stand. */
export function askDue(heard_ms: number, asked_ms: number, now_ms: number): boolean {
  return now_ms - Math.max(heard_ms, asked_ms) >= STANDING_MS;
}

/** What a failed question means for the receiver, `timeouts` of them in a row with this one; null: nothing
 * yet. */
export function receiverAfter(failure: Failure, timeouts: number): "denied" | "lost" | null {
  if (failure === "denied") return "denied";
  return failure === "unavailable" || timeouts >= TIMEOUTS ? "lost" : null;
}

function failureOf(error: GeolocationPositionError): Failure {
  if (error.code === error.PERMISSION_DENIED) return "denied";
  return error.code === error.TIMEOUT ? "timeout" : "unavailable";
}

export class Watch {
  #id: number | null = null;
  #heard_ms = 0;
  #asked_ms = 0;
  #timeouts = 0;
  #last: Reading | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly world: WatchWorld,
    /** `confirmed`: asked for, and to be sent in any case. */
    private readonly onReading: (reading: Reading, confirmed: boolean) => void,
    /** He stands, and the receiver has nothing new to say. */
    private readonly onBeat: () => void,
    private readonly onReceiver: (receiver: Receiver) => void,
  ) {}

  get running(): boolean {
    return this.#id !== null;
  }

  start(): void {
    const { geolocation } = this.world;
    if (this.#id !== null) return;
    if (geolocation === undefined) {
      this.onReceiver("none");
      return;
    }
    this.onReceiver("asking");
    this.#heard_ms = this.world.now_ms();
    this.#asked_ms = 0;
    this.#timeouts = 0;
    this.#id = geolocation.watchPosition(
      (position) => this.#heard(position),
      (error) => {
        // Its silence is no alarm: he may stand. What it is, the next question shows.
        if (this.#id !== null && failureOf(error) === "denied") this.onReceiver("denied");
      },
      OPTIONS,
    );
    this.#beat = setInterval(() => this.#ask(geolocation), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#beat);
    if (this.#id !== null) this.world.geolocation?.clearWatch(this.#id);
    this.#id = null;
    this.#last = null;
    this.onReceiver("off");
  }

  /** A phone in a pocket may have dropped the watch while the page was not seen. */
  renew(): void {
    if (this.#id === null) return;
    this.stop();
    this.start();
  }

  /** Where he is now, to be sent whether he moves or not: recipients are shown nothing from before. */
  confirm(): void {
    const { geolocation } = this.world;
    const id = this.#id;
    if (id === null || geolocation === undefined) return;
    const since_ms = this.world.now_ms();
    geolocation.getCurrentPosition(
      (position) => {
        if (this.#id === id) this.#heard(position, since_ms);
      },
      (error) => {
        if (this.#id !== id) return;
        if (failureOf(error) === "denied") {
          this.onReceiver("denied");
          return;
        }
        const there = stillThere(this.#last, this.world.now_ms());
        if (there !== null) this.onReading(there, true);
      },
      CONFIRM,
    );
  }

  #heard(position: GeolocationPosition, since_ms: number | null = null): void {
    if (this.#id === null) return;
    const now_ms = this.world.now_ms();
    this.#heard_ms = now_ms;
    this.#timeouts = 0;
    this.onReceiver("works");
    const { coords, timestamp } = position;
    // Some phones give a time that is no time of day: then it is now.
    const at_ms = timestamp + this.world.offset_ms();
    const reading: Reading = {
      lon: coords.longitude,
      lat: coords.latitude,
      at_ms: Math.abs(at_ms - now_ms) < 10 * 60_000 ? Math.min(at_ms, now_ms) : now_ms,
      accuracy_m: coords.accuracy,
      speed_mps: coords.speed,
      bearing_deg: coords.heading !== null && Number.isNaN(coords.heading) ? null : coords.heading,
      altitude_m: coords.altitude,
    };
    this.#last = since_ms === null ? reading : confirmedSince(reading, since_ms, now_ms);
    this.onReading(this.#last, since_ms !== null);
  }

  /** Nothing for a while: ask. Whoever stands may have nothing new to say, or only what he said before: then a
   * sign of life is sent. */
  #ask(geolocation: Geolocation): void {
    const asked_ms = this.world.now_ms();
    if (!askDue(this.#heard_ms, this.#asked_ms, asked_ms)) return;
    this.#asked_ms = asked_ms;
    const id = this.#id;
    const beat = () => {
      if (this.world.visible()) this.onBeat();
    };
    geolocation.getCurrentPosition(
      (position) => {
        if (this.#id !== id) return;
        this.#heard(position);
        beat();
      },
      (error) => {
        // The watch may have spoken meanwhile.
        if (this.#id !== id || this.#heard_ms > asked_ms) return;
        const failure = failureOf(error);
        this.#timeouts = failure === "timeout" ? this.#timeouts + 1 : 0;
        const receiver = receiverAfter(failure, this.#timeouts);
        if (receiver !== null) this.onReceiver(receiver);
        if (failure !== "denied") beat();
      },
      ASK,
    );
  }
}

/** Keeps the screen on while `wanted`; asked for again whenever the page is seen again. */
export class Awake {
  #lock: WakeLockSentinel | null = null;
  #wanted = false;

  constructor(private readonly onState: (awake: boolean | null) => void) {
    if (!("wakeLock" in navigator)) onState(null);
  }

  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (!wanted) {
      void this.#lock?.release();
      this.#lock = null;
      return;
    }
    void this.seen();
  }

  async seen(): Promise<void> {
    if (!this.#wanted || document.hidden || !("wakeLock" in navigator)) return;
    if (this.#lock !== null && !this.#lock.released) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
      this.onState(true);
      this.#lock.addEventListener("release", () => this.onState(false));
    } catch {
      // A phone that saves its battery refuses.
      this.onState(false);
    }
  }
}
