/** One websocket, from its ticket to its end. */

import type { Bye, Hello, ServerFrame } from "../contracts";
import { frameOf } from "./api";

export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(data: string): void;
  close(): void;
}

export interface Ending {
  /** Whether a snapshot came. */
  served: boolean;
  bye: Bye | null;
}

/** A socket that has not brought a snapshot within this has failed. */
export const SNAPSHOT_DEADLINE_MS = 10_000;

export interface Session {
  ended: Promise<Ending>;
  close(): void;
}

export function openSession(
  connect: () => Socket,
  ticket: string,
  onFrame: (frame: ServerFrame) => void,
): Session {
  const ending: Ending = { served: false, bye: null };
  let close = () => {};
  const ended = new Promise<Ending>((resolve) => {
    let socket: Socket;
    try {
      socket = connect();
    } catch {
      resolve(ending);
      return;
    }
    const finish = () => {
      clearTimeout(deadline);
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
      resolve(ending);
    };
    const deadline = setTimeout(finish, SNAPSHOT_DEADLINE_MS);
    close = finish;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ticket } satisfies Hello));
    socket.onclose = finish;
    socket.onerror = finish;
    socket.onmessage = ({ data }) => {
      const frame = parse(data);
      if (frame === null) return;
      if (frame.type === "snapshot") {
        ending.served = true;
        clearTimeout(deadline);
      }
      onFrame(frame);
      if (frame.type === "bye") {
        ending.bye = frame;
        finish();
      }
    };
  });
  return { ended, close: () => close() };
}

function parse(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    return frameOf(JSON.parse(data));
  } catch {
    return null;
  }
}
