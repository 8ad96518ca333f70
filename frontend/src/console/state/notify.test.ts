import "../testing";
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { chooseBell, ring, type News } from "./notify";

const news = (conversation: string): News => ({ event: "message", conversation, title: "Vera", text: "Hello" });

test("of two hidden windows one tells of each of two messages that come together", () => {
  const told: string[] = [];
  class Told {
    static permission = "granted";
    constructor(_title: string, { tag }: { tag: string }) {
      told.push(tag);
    }
  }
  Object.assign(globalThis, { Notification: Told });
  chooseBell("message", { sound: false });
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  mock.method(Math, "random", () => 0);
  const hear = (): void => [news("a"), news("b")].forEach(ring);
  hear();
  hear(); // the other window: nothing is shared but the storage
  mock.timers.tick(300);
  assert.deepEqual(told, ["kefu.a", "kefu.b"]);
  mock.timers.tick(3_000);
  hear();
  mock.timers.tick(300);
  assert.equal(told.length, 4, "the same words a while later are news");
  mock.timers.reset();
});
