import "../testing";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../wire";
import { receiveRow, rowSignal } from "./inbox";

globalThis.fetch = async () => new Response("{}", { status: 503 });

test("a week of conversations that were closed is not kept", () => {
  const ids = Array.from({ length: 5_000 }, (_, number) => `c${number}`);
  for (const id of ids) {
    for (const status of ["waiting", "closed"]) {
      receiveRow({ id, status, top: 1, agent: null, unread: 0, snoozed_until_ts: null, visitor: { id, online: null } } as Row, "now");
    }
  }
  assert.ok(ids.filter((id) => rowSignal(id)).length <= 1_000);
});
