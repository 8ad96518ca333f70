// A clock with hands that tests turn, and a server end for the engine's transports.
import type { Clock } from "./clock";
import type { Frame, LogEvent } from "./frames";
import type { Network, SocketLike } from "./transport";

// What the engine asks of a browser: a page that is seen, with a network, where nothing happens.
const nothing = (): void => {};
const document = { visibilityState: "visible", addEventListener: nothing, removeEventListener: nothing };
const page = { document, navigator: { onLine: true }, addEventListener: nothing, removeEventListener: nothing };
for (const [name, value] of Object.entries({ ...page, window: page }))
  Object.defineProperty(globalThis, name, { value, configurable: true });

export class FakeClock implements Clock {
  private time = 1_000_000;
  private timers: { at: number; run: () => void }[] = [];

  now = (): number => this.time;
  setTimeout = (run: () => void, ms: number): unknown => {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return timer;
  };
  clearTimeout = (timer: unknown): void => {
    this.timers = this.timers.filter((one) => one !== timer);
  };

  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.time = Math.max(this.time, due.at);
      this.clearTimeout(due);
      due.run();
      await settle();
    }
    this.time = end;
  }
}

/** Lets promise chains run to their end. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const HELLO = { heartbeat: 25, limits: {}, me: {}, brand: {} };
const hello = (epoch: string) => ({ type: "hello", data: { session: "s", epoch, ...HELLO } });

export class FakeServer {
  sockets: FakeSocket[] = [];
  requests: FakeRequest[] = [];

  network(clock: Clock): Network {
    return { clock, openSocket: this.open };
  }

  http = (method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<any> =>
    new Promise((...ends) => this.requests.push(new FakeRequest(method, path, body as any, signal, ends)));

  private open = (_path: string, protocols: string[]): SocketLike => {
    const socket = new FakeSocket(protocols);
    this.sockets.push(socket);
    return socket;
  };

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
  /** The GET that waits for its answer. */
  get parked(): FakeRequest | undefined {
    return this.requests.findLast((one) => one.isOpen && one.method === "GET");
  }
  get posted(): FakeRequest | undefined {
    return this.requests.findLast((one) => one.isOpen && one.method === "POST");
  }
  count(method: string): number {
    return this.requests.filter((one) => one.method === method).length;
  }
}

type Ends = [resolve: (answer: any) => void, reject: (error: object) => void];

class FakeRequest {
  isOpen = true;

  constructor(
    readonly method: string,
    readonly path: string,
    private readonly body: { frames: Frame<any>[] } | undefined,
    signal: AbortSignal,
    private readonly ends: Ends,
  ) {
    signal.addEventListener("abort", () => this.fail());
  }

  get query(): URLSearchParams {
    return new URL(this.path, "http://server").searchParams;
  }
  get frames(): Frame<any>[] {
    return this.body!.frames;
  }

  answer(frames: object[], ts = 1): void {
    this.isOpen = false;
    this.ends[0](JSON.parse(JSON.stringify({ frames, ts })));
  }
  /** An answer that is none of ours. */
  babble(): void {
    this.isOpen = false;
    this.ends[0](null);
  }
  hello(epoch = "e1"): void {
    this.answer([hello(epoch)]);
  }
  /** An ack for every message of a POST. */
  ack(seq: number): void {
    this.answer(this.frames.map(({ id, data }) => ({ type: "ack", reply_to: id, data: { client_id: data.client_id, seq, conversation: "c1" } })));
  }
  /** Without a `code` it is a proxy that refuses. */
  fail(status = 0, retryAfter: number | null = null, code?: string): void {
    this.isOpen = false;
    this.ends[1]({ status, retryAfter, code });
  }
}

class FakeSocket implements SocketLike {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: Frame<any>[] = [];
  isClosed = false;

  constructor(readonly protocols: string[]) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.isClosed = true;
  }

  push(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  hello(epoch = "e1"): void {
    this.push(hello(epoch));
  }
  cut(code = 1006): void {
    this.onclose?.({ code });
  }
  last(type: string): Frame<any> | undefined {
    return this.sent.filter((frame) => frame.type === type).at(-1);
  }
  count(type: string): number {
    return this.sent.filter((frame) => frame.type === type).length;
  }
  answer(request: Frame<any>, type: string, data: object): void {
    this.push({ type, reply_to: request.id, data });
  }
}

export const event = (seq: number, conversation = "c1"): LogEvent => ({
  type: "message.created",
  id: `m${seq}`,
  conversation,
  seq,
  ts: seq,
  data: { text: `message ${seq}` },
});
