// Replays tests/vectors on these classes; tests/sdk/test_vectors.py replays the same files on their Python twins.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { reconnectDelay, verdictOn } from "./backoff";
import { Heartbeat } from "./heartbeat";
import { isEvidence, Ladder, pollPause } from "./ladder";
import type { Rung } from "./ladder";
import { Lane } from "./lane";
import type { OutboxEntry } from "./outbox";
import { event } from "./testing";
import { SeqTracker } from "./tracker";

type Method = (...args: any[]) => unknown;
interface Step {
  at: number;
  do: string;
  with?: any[];
  expect?: unknown;
}
interface Case {
  name: string;
  config: any;
  steps: Step[];
}

function replay(name: string, make: (config: any) => (step: Step) => unknown): void {
  const { cases } = JSON.parse(readFileSync(`../tests/vectors/${name}.json`, "utf8")) as { cases: Case[] };
  for (const { name: title, config, steps } of cases)
    test(`${name}: ${title}`, () => {
      const run = make(config);
      for (const step of steps) {
        const answer = run(step);
        if ("expect" in step) assert.deepEqual(answer, step.expect, JSON.stringify(step));
      }
    });
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function call(target: object, name: string, args: unknown[]): unknown {
  const member = (target as Record<string, unknown>)[camel(name)];
  return typeof member === "function" ? (member as Method).apply(target, args) : member;
}

replay("heartbeat", ({ server_interval: serverInterval, ...rest }) => {
  const beat = new Heartbeat({ serverInterval, ...rest }, 0);
  return (step) => call(beat, step.do, [...(step.with ?? []), step.at]);
});

const RUNGS = ["socket", "long_poll", "poll"];

replay("ladder", () => {
  const ladder = new Ladder();
  return (step) => {
    if (step.do === "poll_pause") return pollPause(step.with![0]);
    if (step.do === "is_evidence") return isEvidence(step.with![0]);
    const answer = call(ladder, step.do, [...(step.with ?? []).map((rung) => RUNGS.indexOf(rung)), step.at]);
    return step.do === "rung" || step.do === "upper" ? RUNGS[answer as Rung] : answer;
  };
});

replay("backoff", () => (step) => {
  if (step.do === "reconnect_delay") return reconnectDelay(step.with![0], () => step.with![1]);
  const verdict = verdictOn(step.with![0]);
  return verdict.kind === "retry" ? { kind: "retry", at_least_ms: verdict.atLeastMs } : verdict;
});

replay("tracker", ({ last }) => {
  const tracker = new SeqTracker(last);
  return (step) => {
    const answer = call(tracker, step.do, step.do === "accept" ? [event(step.with![0])] : (step.with ?? []));
    return Array.isArray(answer) ? answer.map((one) => one.seq) : answer;
  };
});

replay("lane", () => {
  const lane = new Lane();
  const entry = (clientId: string) => ({ client_id: clientId }) as OutboxEntry;
  return ({ do: verb, with: [first, ...others] = [] }) => {
    if (verb === "size") return lane.entries.length;
    if (verb === "take") return lane.take()?.client_id ?? null;
    if (verb === "add_older") return lane.addOlder(first.map(entry));
    if (verb === "refused") {
      const settled = lane.refused(entry(first), others[0], others[1]);
      return settled.kind === "again" ? { kind: "again", delay_ms: settled.delayMs } : settled;
    }
    return call(lane, verb, verb === "add" || verb === "acked" ? [entry(first)] : [first]);
  };
});
