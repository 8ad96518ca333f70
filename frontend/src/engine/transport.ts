// A transport carries frames: a socket here, long poll and poll in poll.ts. connection.ts knows only what is below.
import type { Clock } from "./clock";
import { decodeFrame } from "./frames";
import type { Frame } from "./frames";
import type { Rung } from "./ladder";
import { PollTransport } from "./poll";

/** One way to the server, until it ends. After `close()` its line hears nothing more. */
export interface Transport {
  send(frame: object): void;
  close(): void;
  /**
   * Other conversations are followed now; `isAnew`: or what is parked may be lost. A socket has no such thing: there
   * `resume` and probes say so.
   */
  ask?(isAnew?: boolean): void;
}

/** Who listens to a transport. */
export interface Line {
  onFrame(frame: Frame<any>): void;
  /** Once. `code` as sockets have it, also for what HTTP answered; `afterMs` where the server named a time. */
  onEnd(code: number, afterMs?: number): void;
  /** A request that waited for events was answered, be it with none. */
  onAnswer(): void;
  /** Followed conversations and the last `seq` of each: what a poll asks with, and its acknowledgement. */
  positions(): [conversation: string, lastSeq: number][];
}

/** What the browser gives, and tests have their own of. */
export interface Network {
  clock: Clock;
  openSocket: OpenSocket;
}

export interface Peer {
  kind: "visitor" | "agent";
  /** Asked before every handshake, so that a renewed one is used. Agents have a cookie instead. */
  token?: () => string;
  /**
   * The owner's own way to `/api/v1/<kind>`: answers the JSON, throws something with `status`, `retryAfter` (s) and, where
   * it was our server and no proxy that refused, its `code`.
   */
  http: (method: "GET" | "POST", path: string, body: object | undefined, signal: AbortSignal) => Promise<any>;
}

export interface SocketLike {
  send(data: string): void;
  close(code?: number): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

type OpenSocket = (path: string, protocols: string[]) => SocketLike;

export const openTransport = (rung: Rung, peer: Peer, network: Network, line: Line): Transport =>
  rung ? new PollTransport(rung < 2, peer, network, line) : openSocket(peer, network, line);

function openSocket({ kind, token }: Peer, network: Network, line: Line): Transport {
  const protocols = ["kefu.v1.json", ...(token ? [`kefu.token.${token()}`] : [])];
  const socket = network.openSocket(`/ws/v1/${kind}`, protocols);
  socket.onmessage = ({ data }) => {
    const frame = decodeFrame(data);
    if (frame) line.onFrame(frame);
  };
  socket.onclose = ({ code }) => line.onEnd(code);
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => {
      socket.onmessage = socket.onclose = null;
      socket.close(1000);
    },
  };
}

export const openBrowserSocket: OpenSocket = (path, protocols) =>
  new WebSocket(location.origin.replace("http", "ws") + path, protocols) as unknown as SocketLike;
