/** What the page knows: the last snapshot with every delta since. Pure. */

import type { DriverState, ServerFrame, ShipmentDelta, Shop, Snapshot } from "../contracts";

/** `connecting`: nothing yet. `polling`: sockets don't get through, the view is asked for instead. */
export type LinkStatus = "connecting" | "live" | "polling" | "reconnecting" | "gone";

export interface State {
  readonly link: LinkStatus;
  /** Since when (this device's clock). */
  readonly linkSince_ms: number;
  /** When the server was last heard (this device's clock); 0: never. */
  readonly heard_ms: number;
  readonly view: Snapshot | null;
  /** Whom to call, kept when the link is gone. */
  readonly shop: Shop | null;
  /** The server's clock minus this device's. */
  readonly skew_ms: number;
}

export const NOTHING: State = {
  link: "connecting",
  linkSince_ms: 0,
  heard_ms: 0,
  view: null,
  shop: null,
  skew_ms: 0,
};

/**
 * The state after a frame that came at `now_ms` of this device's clock.
 *
 * A snapshot replaces everything, a shipment delta the shipment and the driver. A position or an area moves
 * the driver only where one is shown, and only with a newer version: what is withheld is not brought back by
 * a frame that was under way, and no marker moves back.
 */
export function apply(state: State, frame: ServerFrame, now_ms: number): State {
  switch (frame.type) {
    case "snapshot":
      return {
        ...heard(state, now_ms),
        skew_ms: frame.now_ms - now_ms,
        shop: frame.shop,
        view: { ...frame, driver: newest(state.view?.driver, frame.driver) },
      };
    case "shipment":
      return applyShipment(heard(state, now_ms), frame, now_ms);
    case "position":
    case "area": {
      const next = heard(state, now_ms);
      if (next.view === null) return next;
      const driver = next.view.driver;
      const fits = frame.type === "area" ? driver.show === "area" : isPoint(driver);
      if (!fits || !isNewer(frame.version, driver.version)) return next;
      return {
        ...next,
        view: {
          ...next.view,
          driver: { ...driver, version: frame.version, at_ms: frame.at_ms, feature: frame.feature },
        },
      };
    }
    case "bye":
      return frame.reason === "gone" ? withLink(state, "gone", now_ms) : heard(state, now_ms);
    default:
      return state;
  }
}

function applyShipment(state: State, frame: ShipmentDelta, now_ms: number): State {
  if (state.view === null) return state;
  return {
    ...state,
    skew_ms: frame.now_ms - now_ms,
    view: { ...state.view, now_ms: frame.now_ms, shipment: frame.shipment, driver: frame.driver },
  };
}

/** The state with another connection. A link that is gone takes all with it but whom to call. */
export function withLink(state: State, link: LinkStatus, now_ms: number): State {
  if (state.link === link) return state;
  return { ...state, link, linkSince_ms: now_ms, view: link === "gone" ? null : state.view };
}

function heard(state: State, now_ms: number): State {
  return { ...state, heard_ms: now_ms };
}

/**
 * Of two states of the same plan's driver that both show a point, the newer one's point: a snapshot of a view
 * that lags behind another gateway's does not pull the marker back.
 */
function newest(held: DriverState | undefined, fresh: DriverState): DriverState {
  if (
    held === undefined ||
    held.feature === undefined ||
    held.show !== fresh.show ||
    !isPoint(fresh) ||
    held.version[0] !== fresh.version[0] ||
    !isNewer(held.version, fresh.version)
  ) {
    return fresh;
  }
  return { ...fresh, version: held.version, at_ms: held.at_ms ?? 0, feature: held.feature };
}

function isPoint(driver: DriverState): boolean {
  return driver.show === "exact" || driver.show === "resting";
}

/** Versions are (plan version, offset), compared in that order. */
export function isNewer(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] > b[1];
}

/** The server's clock now. */
export function serverNow(state: State, now_ms: number): number {
  return now_ms + state.skew_ms;
}
