// A clock with hands that tests turn, and a server end for the engine's socket.
import type { Clock } from "./clock";
import type { SocketLike } from "./connection";
import type { Frame, LogEvent } from "./frames";

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

export class FakeServer {
  sockets: FakeSocket[] = [];
  open = (_url: string, protocols: string[]): SocketLike => {
    const socket = new FakeSocket(protocols);
    this.sockets.push(socket);
    return socket;
  };
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
}

export class FakeSocket implements SocketLike {
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
    this.push({ type: "hello", data: { session: "s", epoch, heartbeat: 25, limits: {}, me: {}, brand: {} } });
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
