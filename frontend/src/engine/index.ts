export { Engine } from "./engine";
export type { EngineOptions } from "./engine";
export type { ConnectionState } from "./connection";
export { MemoryOutbox, StoredOutbox } from "./outbox";
export type { Draft, Outbox, OutboxEntry } from "./outbox";
export { reconnectDelay } from "./backoff";
export { newId } from "./ids";
export * from "./frames";
export { tryStorage } from "./storage";
