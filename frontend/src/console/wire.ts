// Shapes of the agent's HTTP answers. Frames are in engine/frames.ts.
import type {
  AuthorKind,
  Availability,
  ConversationStatus,
  FileView,
  Limits,
  LogEvent,
  MessageData,
  NamedRef,
} from "../engine/frames";

/** The views that everybody has, in the order of their keys. */
export type View = "mine" | "unassigned" | "all" | "mentions" | "snoozed" | "closed";
export const VIEWS: readonly View[] = ["mine", "unassigned", "all", "mentions", "snoozed", "closed"];
/** All brands together, whole or narrowed as the views of one brand are: by the names that the server has for them. */
export const MERGED = { brands: "all", "brands-mine": "mine", "brands-unassigned": "unassigned" } as const;
export type MergedId = keyof typeof MERGED;
/** A view of everybody's, the id of a saved one, or all brands together. */
export type ViewId = View | MergedId | (string & {});
/** `unread`: messages in one's own conversations. */
export type Counts = Record<View | "unread", number>;
export const isView = (id: ViewId): id is View => (VIEWS as readonly string[]).includes(id);
export const isMerged = (id: ViewId): id is MergedId => Object.hasOwn(MERGED, id);
/** In the order in which people are listed: who is there comes first. */
export const AVAILABILITIES: readonly Availability[] = ["online", "away", "offline"];
export const byAvailability = (one: { availability: Availability }, other: { availability: Availability }): number =>
  AVAILABILITIES.indexOf(one.availability) - AVAILABILITIES.indexOf(other.availability);
type Role = "admin" | "supervisor" | "agent";

/** 1 low … 4 urgent */
type Priority = 1 | 2 | 3 | 4;

export interface Row {
  id: string;
  status: ConversationStatus;
  close_reason: string | null;
  visitor: {
    id: string;
    name: string | null;
    email: string | null;
    locale: string | null;
    identified: boolean;
    /** null in pushed rows where it is not known: what was known before stays. */
    online: boolean | null;
  };
  queue: NamedRef | null;
  agent: NamedRef | null;
  top: number;
  last_message: { text: string; author_kind: AuthorKind; author_name: string; ts: number } | null;
  unread: number;
  language: string;
  priority: Priority;
  left_message: boolean;
  tags: readonly string[];
  rating: number | null;
  snoozed_until_ts: number | null;
  awaiting_since_ts: number | null;
  reply_due_ts: number | null;
  resolve_due_ts: number | null;
  visitor_read_seq: number;
  agent_read_seq: number;
  waiting_since_ts: number | null;
  /** When it was given to whoever has it, or had it last. */
  assigned_ts?: number | null;
  active_ts?: number | null;
  closed_ts: number | null;
  created_ts: number;
  /** Of a row of another brand (the list over all brands): its slug. */
  brand?: string;
}

export interface Tag {
  id: string;
  name: string;
  colour: string;
}

/** Names and values as agents/inbox/filters.py has them. */
export interface Filters {
  status?: ConversationStatus[];
  agent?: string[];
  queue?: string[];
  tag?: string[];
  priority?: number[];
  language?: string[];
  rating?: number[];
  unread?: boolean;
  left_message?: boolean;
  snoozed?: boolean;
  awaiting?: boolean;
  created_from?: number;
  created_to?: number;
  active_from?: number;
  active_to?: number;
  text?: string;
}

export interface SavedView {
  id: string;
  name: string;
  filters: Filters;
  shared: boolean;
}

export interface SavedViews {
  views: SavedView[];
  saved: Record<string, number>;
  counts: Counts;
}

export interface Step {
  conversation: string;
  action: string;
  agent?: string;
  queue?: string;
  note?: string;
  add?: string[];
  remove?: string[];
  priority?: number;
  until_ts?: number;
  /** As the server named it for undoing; only handed back. */
  seq?: number;
  unread?: number;
  token?: string;
}

export interface StepOutcome {
  conversation: string;
  /** What became of it, where one may see it still. */
  row?: Row;
  undo?: Step[];
  code?: string;
  message?: string;
}

export interface MergedPage {
  rows: Row[];
  next: string | null;
  /** `agent`: who one is there. */
  brands: (Brand & { url: string; agent: string; counts: Counts })[];
  failed: string[];
}

/** What calls for one in another brand. */
export interface Calling {
  slug: string;
  agent: string;
  /** A console of that brand is open as well, and tells by itself. */
  is_there: boolean;
  /** Messages in one's own conversations. */
  unread: number;
  waiting: number;
}

export interface Elsewhere {
  /** What to ask with the next time. */
  ts: number;
  rows: Row[];
  brands: Calling[];
  failed: string[];
}

interface Colleague {
  id: string;
  name: string;
  availability: Availability;
  role: Role;
}

export interface Brand {
  slug: string;
  name: string;
  accent: string;
}

export interface Me {
  user: { id: string; email: string; name: string };
  agent: { id: string; name: string; role: Role; availability: Availability; capacity: number };
  brand: Brand & { id: string; locale: string; edit_minutes: number };
  brands: (Brand & { url: string })[];
  agents: Colleague[];
  queues: NamedRef[];
  counts: Counts;
  unseen_mentions: number;
  limits: Limits;
  epoch: string;
  ws: string;
  csrf?: string;
}

export interface RowsPage {
  rows: Row[];
  next: string | null;
  /** With the first page only. */
  counts?: Counts;
}

interface Page {
  url: string;
  title?: string | null;
  referrer?: string | null;
}

export interface Profile {
  id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  locale: string | null;
  external_id?: string | null;
  identified: boolean;
  online?: boolean;
  attributes: Record<string, AttributeValue> | null;
  page: Page | null;
  last_seen_ts?: number | null;
  created_ts?: number | null;
  device?: { browser: string; os: string; kind: string } | null;
  merged_into?: string | null;
  /** Kept out of every door: by whom, since when. */
  blocked?: { by: string; ts: number } | null;
  former: readonly Former[];
  // The rest is asked for when the pane is shown (state/profile.ts).
  former_next?: string | null;
  trail?: readonly PageSeen[];
  trail_more?: boolean;
  notes?: readonly PersonNote[];
  satisfaction?: Satisfaction | null;
  duplicates?: readonly VisitorSummary[];
}

export type AttributeValue = string | number | boolean;

export interface Former {
  id: string;
  created_ts: number;
  status: ConversationStatus;
  preview: string | null;
  agent?: NamedRef | null;
  rating?: number | null;
  tags?: readonly string[];
}

export interface PageSeen {
  url: string;
  title: string;
  ts: number;
}

export interface PersonNote {
  id: string;
  text: string;
  author: { id: string | null; name: string };
  created_ts: number;
}

export interface Satisfaction {
  average: number;
  count: number;
  last: { score: number; comment: string; ts: number };
}

export interface VisitorSummary {
  id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  identified: boolean;
  online: boolean;
  conversations: number;
  last_seen_ts: number | null;
  created_ts: number;
}

export interface Snapshot {
  row: Row;
  visitor: Profile;
  events: LogEvent[];
  more: boolean;
  viewers: Viewer[];
  drafts: DraftView[];
}

export interface Viewer {
  agent: NamedRef;
  is_writing: boolean;
}

export interface DraftView {
  conversation: string;
  kind: "message" | "note";
  text: string;
  ts: number;
}

export interface Canned {
  id: string;
  shortcut: string;
  title: string;
  texts: Record<string, string>;
  /** null: fits every queue. */
  queue: string | null;
  own: boolean;
  files: number;
  uses: number;
}

/** One of one's own, as its form has it. */
export interface OwnCanned extends Canned {
  attached: FileView[];
}

export interface NewCanned {
  shortcut: string;
  title: string;
  texts: Record<string, string>;
  file_ids: string[];
}

export interface CannedUse {
  text: string;
  language: string;
  unknown: string[];
  files: FileView[];
}

export interface Colleagues {
  agents: { id: string; name: string; availability: Availability; load: number; capacity: number; languages: string[]; queues: string[] }[];
  queues: { id: string; name: string; waiting: number }[];
}

export interface Macro {
  id: string;
  name: string;
  own: boolean;
  actions: { do: string }[];
  /** Behind M; empty: its place in the list. */
  key: string;
  used: number;
}

export interface MacroRun {
  outcomes: { do: string; done: boolean; why?: string }[];
  /** null: it went out of one's sight. */
  row: Row | null;
}

export interface EventsPage {
  events: LogEvent[];
  more: boolean;
}

export type ProfileChange = { [K in "name" | "email" | "phone" | "locale"]?: string } & {
  /** null removes one. */
  attributes?: Record<string, AttributeValue | null>;
};

const MESSAGE_TYPES: ReadonlySet<string> = new Set(["message.created", "note.created"]);

export const isMessage = (event: LogEvent): event is LogEvent<MessageData> => MESSAGE_TYPES.has(event.type);

/** Why an agent has a conversation: what routing looked at, or who gave it (docs/routing.md). */
export interface Reasons {
  by: string;
  strategy?: string;
  waited_seconds?: number;
  relaxed?: boolean;
  why?: readonly string[];
  chosen?: string;
  agents?: readonly ReasonsAgent[];
}

export interface ReasonsAgent {
  id: string;
  name: string;
  availability: string;
  load: number;
  capacity: number;
  languages: readonly string[];
  verdict: string;
  score: number | null;
}

export interface AssignmentView {
  id: string;
  agent: NamedRef;
  started_ts: number;
  ended_ts: number | null;
  ended_reason: string | null;
  reasons: Reasons;
}
