// Messages that the server has not acknowledged. They survive a reload: the client_id is the key that
// makes sending again harmless.

import type { FileView } from "./frames";

export interface Draft {
  client_id: string;
  kind: "text" | "file";
  text?: string;
  file_ids?: string[];
  /** In a note: ids of the agents that it names. */
  mentions?: string[];
  /** What file_ids stand for, to show the message before it comes back. Not sent. */
  files?: FileView[];
}

export interface OutboxEntry extends Draft {
  /** "note.create" for an agent's private note. */
  type: "message.create" | "note.create";
  conversation: string | null;
  created_ts: number;
  /** Error code of a final refusal: shown with "retry", not sent again by itself. */
  failed: string | null;
}

/** Where entries are kept. No method may reject: a broken store must never stop a message from being sent. */
export interface Outbox {
  load(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(clientId: string): Promise<void>;
  clear(): Promise<void>;
}

const byAge = (a: OutboxEntry, b: OutboxEntry): number =>
  a.created_ts - b.created_ts || (a.client_id < b.client_id ? -1 : 1);

export class MemoryOutbox implements Outbox {
  private entries = new Map<string, OutboxEntry>();

  async load(): Promise<OutboxEntry[]> {
    return [...this.entries.values()].sort(byAge);
  }
  async put(entry: OutboxEntry): Promise<void> {
    this.entries.set(entry.client_id, entry);
  }
  async remove(clientId: string): Promise<void> {
    this.entries.delete(clientId);
  }
  async clear(): Promise<void> {
    this.entries.clear();
  }
}

const STORE = "entries";

/** IndexedDB where it works (private windows and blocked storage refuse it), memory otherwise. */
export class StoredOutbox implements Outbox {
  private memory = new MemoryOutbox();
  private database: Promise<IDBDatabase | null>;

  /** `scope` keeps people apart who share a browser: key of the widget and id of the visitor, or of the agent. */
  constructor(scope: string) {
    this.database = openDatabase(`kefu-outbox:${scope}`);
  }

  async load(): Promise<OutboxEntry[]> {
    const stored = await this.run<OutboxEntry[]>("readonly", (store) => store.getAll());
    for (const entry of stored ?? []) await this.memory.put(entry);
    return this.memory.load();
  }
  async put(entry: OutboxEntry): Promise<void> {
    await this.memory.put(entry);
    await this.run("readwrite", (store) => store.put(entry));
  }
  async remove(clientId: string): Promise<void> {
    await this.memory.remove(clientId);
    await this.run("readwrite", (store) => store.delete(clientId));
  }
  async clear(): Promise<void> {
    await this.memory.clear();
    await this.run("readwrite", (store) => store.clear());
  }

  private async run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T | null> {
    const database = await this.database;
    if (!database) return null;
    return new Promise((resolve) => {
      try {
        const request = act(database.transaction(STORE, mode).objectStore(STORE));
        request.onsuccess = () => resolve(request.result as T);
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }
}

function openDatabase(name: string): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    // Some browsers neither open nor refuse (a known fault after storage was cleared): do not wait for ever.
    const giveUp = setTimeout(() => resolve(null), 1_500);
    const answer = (database: IDBDatabase | null) => {
      clearTimeout(giveUp);
      resolve(database);
    };
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "client_id" });
      request.onsuccess = () => answer(request.result);
      request.onerror = () => answer(null);
      request.onblocked = () => answer(null);
    } catch {
      answer(null);
    }
  });
}
