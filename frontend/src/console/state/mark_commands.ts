// What the palette offers of the list's own things: tags, priority, sleep, read marks, saved views.
import { words } from "../words";
import type { Dictionary } from "../words/en";
import { currentThread } from "./desk";
import { bindingOf, keyCaps } from "./keys";
import { markRead, markUnread, prioritise, putTag, snooze, takeTag, wake } from "./marks";
import type { PaletteItem } from "./palette";
import { go } from "./route";
import { snoozeChoices } from "./snooze";
import { tags } from "./tags";
import { savedViews } from "./views";

const PRIORITIES = [4, 3, 2, 1] as const;

export function markItems(say: Dictionary): PaletteItem[] {
  const row = currentThread.value?.row.value;
  if (!row) return [];
  const ids = [row.id];
  const caps = (key: string): readonly string[] => keyCaps(bindingOf(key) ?? { keys: [] });
  const item = (id: string, label: string, run: () => unknown, keys?: readonly string[]): PaletteItem => ({ id, group: "actions", label, run: () => void run(), ...(keys && { keys }) });
  const isAsleep = row.snoozed_until_ts !== null;
  return [
    ...[...tags.value.values()].map((tag) => {
      const has = row.tags.includes(tag.id);
      return item(`tag.${tag.id}`, `${has ? say.removeTag : say.addTag}: ${tag.name}`, () => (has ? takeTag(ids, tag) : putTag(ids, tag)));
    }),
    ...(row.status === "closed" ? [] : [
      ...PRIORITIES.filter((one) => one !== row.priority).map((one) => item(`priority.${one}`, `${say.priority}: ${say.priorities[one]}`, () => prioritise(ids, one))),
      ...(isAsleep ? [item("wake", say.wake, () => wake(ids))] : snoozeChoices(Date.now()).map(({ choice, until }) => item(`snooze.${choice}`, `${say.bulkSnooze}: ${say.snoozeChoices[choice]}`, () => snooze(ids, until)))),
    ]),
    row.unread ? item("read", say.markReadNow, () => markRead(ids)) : item("unread", say.keyUnread, () => markUnread(ids), caps("u")),
  ];
}

export const savedViewItems = (): PaletteItem[] =>
  savedViews.value.map((view) => ({ id: `view.${view.id}`, group: "views", label: view.name, also: [words.value.views], run: () => go({ view: view.id, conversation: null, q: "" }) }));
