/** Links that set up a phone's app as this phone's device. They hold its secret: shown, never sent. Pure. */

import type { Enrolment } from "./types";

/** Seconds between fixes while he drives, and metres; the apps' own defaults are too coarse for a round. */
const EVERY_S = 5;
const EVERY_M = 10;

export function traccarUrl(who: Enrolment): string {
  return `${who.ingest_url}osmand/${who.secret}`;
}

function traccarSettings(who: Enrolment): URLSearchParams {
  return new URLSearchParams({
    id: who.device_id,
    accuracy: "highest",
    distance: String(EVERY_M),
    interval: String(EVERY_S),
    fastest_interval: String(EVERY_S),
    buffer: "true",
  });
}

/** Opens the app on this phone, which asks before it takes the settings over. */
export function traccarLink(who: Enrolment): string {
  const settings = traccarSettings(who);
  settings.set("url", traccarUrl(who));
  return `org.traccar.client://config?${settings}`;
}

/** What the app's own scanner reads: the address, the settings as its query. */
export function traccarCode(who: Enrolment): string {
  return `${traccarUrl(who)}?${traccarSettings(who)}`;
}

export function ownTracksUrl(who: Enrolment): string {
  return `${who.ingest_url}owntracks`;
}

/** A configuration in the link itself (OwnTracks booklet, "URL config"): mode 3 is HTTP, monitoring 2 is Move. */
export function ownTracksLink(who: Enrolment): string {
  const configuration = {
    _type: "configuration",
    mode: 3,
    url: ownTracksUrl(who),
    auth: true,
    username: who.device_id,
    password: who.secret,
    deviceId: "phone",
    tid: who.device_id.slice(-2),
    monitoring: 2,
    locatorInterval: EVERY_S,
    locatorDisplacement: EVERY_M,
    moveModeLocatorInterval: EVERY_S,
    encryptionKey: "",
  };
  return `owntracks:///config?inline=${encodeURIComponent(base64(JSON.stringify(configuration)))}`;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
