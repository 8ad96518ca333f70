// Messages that the server has not acknowledged. They survive a reload: the client_id is the key that
// makes sending again harmless.

import type { FileView } from "./frames";
import { tryStorage } from "./storage";

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

/**
 * The browser's storage, one item for each entry: written before a page can go away, and no tab writes over another's.
 * Memory where it is refused (private windows, blocked storage) or full.
 */
export class StoredOutbox extends MemoryOutbox {
  private readonly prefix: string;

  /** `scope` keeps people apart who share a browser: key of the widget and id of the visitor, or of the agent. */
  constructor(scope: string) {
    super();
    this.prefix = `kefu-outbox:${scope}:`;
  }

  override async load(): Promise<OutboxEntry[]> {
    tryStorage((storage) => {
      for (const key of this.keys()) void super.put(JSON.parse(storage.getItem(key)!) as OutboxEntry);
    });
    return super.load();
  }
  override async put(entry: OutboxEntry): Promise<void> {
    void super.put(entry); // not waited for: the page may go away
    tryStorage((storage) => storage.setItem(this.prefix + entry.client_id, JSON.stringify(entry)));
  }
  override async remove(clientId: string): Promise<void> {
    await super.remove(clientId);
    tryStorage((storage) => storage.removeItem(this.prefix + clientId));
  }
  override async clear(): Promise<void> {
    await super.clear();
    tryStorage((storage) => this.keys().forEach((key) => storage.removeItem(key)));
  }

  private keys(): string[] {
    return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
  }
}
