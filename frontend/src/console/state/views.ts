// Saved views and how many conversations each holds.
import { batch, computed, signal } from "@preact/signals";
import { changeView, createView, deleteView, fetchViews, orderViews } from "../api";
import type { Filters, SavedView, ViewId } from "../wire";
import { me } from "./session";
import { showError } from "./toasts";

const REFRESH_MS = 5_000;

export const savedViews = signal<readonly SavedView[]>([]);
export const savedCounts = signal<Readonly<Record<string, number>>>({});
export const savedView = (id: ViewId): SavedView | undefined => savedViews.value.find((view) => view.id === id);
export const hasOtherBrands = computed(() => (me.value?.brands.length ?? 0) > 1);

export async function loadViews(): Promise<void> {
  try {
    const { views, saved } = await fetchViews();
    batch(() => {
      savedViews.value = views;
      savedCounts.value = saved;
    });
  } catch {
    // The menu shows what is known; the next change asks again.
  }
}

let timer = 0;

/** Rows changed: what saved views hold may have. Asked for now and then, and only where there are any. */
export function countViewsSoon(): void {
  if (!savedViews.peek().length) return;
  timer ||= window.setTimeout(() => {
    timer = 0;
    if (!document.hidden) void loadViews();
  }, REFRESH_MS);
}

async function changing<T>(change: Promise<T>): Promise<T | null> {
  try {
    const answer = await change;
    await loadViews();
    return answer;
  } catch (error) {
    showError(error);
    return null;
  }
}

export const saveView = (name: string, filters: Filters, shared: boolean): Promise<SavedView | null> =>
  changing(createView({ name, filters, shared }));

export const renameView = (id: string, change: { name?: string; filters?: Filters }): Promise<SavedView | null> =>
  changing(changeView(id, change));

export const removeView = (id: string): Promise<true | null> => changing(deleteView(id).then(() => true as const));

export function moveView(id: string, by: 1 | -1): void {
  const ids = savedViews.peek().map((view) => view.id);
  const at = ids.indexOf(id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= ids.length) return;
  [ids[at], ids[to]] = [ids[to]!, ids[at]!];
  const byId = new Map(savedViews.peek().map((view) => [view.id, view]));
  savedViews.value = ids.map((one) => byId.get(one)!);
  void changing(orderViews(ids));
}

export const mayKeep = (view: SavedView): boolean => !view.shared || me.value?.agent.role !== "agent";
