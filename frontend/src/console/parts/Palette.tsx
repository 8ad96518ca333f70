// Ctrl/Cmd+K: type a few letters, Enter opens or does it. Conversations are looked for on the server as one types.
import { effect, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { SearchIcon } from "../../design/icons";
import { fetchRows } from "../api";
import { putRow, rowSignal } from "../state/inbox";
import { loadMacros, macros } from "../state/macros";
import { allItems, closePalette, foundFor, noteChosen, paletteMode, paletteOrder, recentIds, type Found, type PaletteItem } from "../state/palette";
import { openToWrite } from "../state/shortcuts";
import { visitorName } from "../state/visitors";
import { words } from "../words";
import type { Row, View } from "../wire";
import { Dialog } from "./Dialog";
import { useChoices } from "./useChoices";

const SEARCH_MS = 180;
const PLACES: readonly View[] = ["all", "closed"];
const MAX_FOUND = 6;

const conversationItem = (row: Row): PaletteItem => ({
  id: `conversation.${row.id}`,
  group: "conversations",
  label: visitorName(row.visitor, words.value),
  detail: row.last_message?.text || row.visitor.email || "",
  also: [row.visitor.email ?? "", words.value.status[row.status]],
  run: () => openToWrite(row.id),
});

/** Those that were opened lately through the palette and are still known here. */
function recentConversations(): Row[] {
  return recentIds().flatMap((id) => (id.startsWith("conversation.") ? rowSignal(id.slice("conversation.".length))?.value ?? [] : []));
}

function useFound(query: string): Found<Row> {
  const found = useSignal<Found<Row>>({ q: "", rows: [] });
  useEffect(() => {
    const q = query.trim();
    if (q.length < 2) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const pages = await Promise.all(PLACES.map((view) => fetchRows(view, { q }, abort.signal)));
        const rows = pages.flatMap((page) => page.rows.slice(0, MAX_FOUND));
        found.value = { q, rows: rows.map((row) => putRow(row).value) };
      } catch {
        // What is here already is still found.
      }
    }, SEARCH_MS);
    return () => (clearTimeout(timer), abort.abort());
  }, [query]);
  return found.value;
}

function useItems(query: string): PaletteItem[] {
  const isMacros = paletteMode.value === "macros";
  const found = useFound(isMacros ? "" : query);
  const items = allItems();
  if (isMacros) return paletteOrder(items.filter((one) => one.group === "macros"), query, []);
  const { rows, isWhole } = foundFor(found, query);
  const conversations = (query.trim() ? rows : recentConversations()).map(conversationItem);
  const ordered = paletteOrder([...conversations, ...items], query, recentIds());
  // What the server found matches by more than what the row shows: it stays, behind what matches by its name.
  if (!isWhole) return ordered;
  return [...ordered, ...conversations.filter((one) => !ordered.includes(one))];
}

const itemFor = (key: string): PaletteItem | undefined =>
  allItems().find((one) => one.group === "macros" && one.press === key.toLowerCase());

/** What is typed before the macros are known waits for them: who knows a key types on. */
function useEarlyKeys(run: (typed: string) => void) {
  const typed = useRef("");
  const latest = useRef(run);
  latest.current = run;
  // At once, and by whoever loads them: the first key may come before the list is drawn, and the list with it.
  useLayoutEffect(() => {
    if (paletteMode.peek() !== "macros" || macros.peek() !== null) return;
    let isGone = false;
    const settle = (): void => {
      const keys = typed.current;
      typed.current = "";
      if (keys && !isGone) latest.current(keys);
    };
    void loadMacros().then(settle);
    const stop = effect(() => {
      if (macros.value !== null) queueMicrotask(settle);
    });
    return () => (stop(), void (isGone = true));
  }, []);
  const take = (key: string): boolean => {
    if (macros.peek() !== null) return false;
    typed.current += key;
    return true;
  };
  return { take };
}

const LIST_ID = "palette-list";

export function Palette() {
  const say = words.value;
  const query = useSignal("");
  const items = useItems(query.value);
  const { at, list, field, option, takeKey, mark } = useChoices(items.map((item) => item.id), LIST_ID);
  const isMacros = paletteMode.value === "macros";

  const choose = (item: PaletteItem | undefined): void => {
    if (!item) return;
    closePalette();
    noteChosen(item.id);
    // After the dialog has given the focus back.
    requestAnimationFrame(() => item.run());
  };
  const early = useEarlyKeys((typed) => {
    const item = itemFor(typed[0]!);
    if (item) choose(item);
    else query.value = typed;
  });
  const pressed = (event: KeyboardEvent): boolean => {
    if (!isMacros || query.peek() || event.ctrlKey || event.metaKey || event.altKey || !/^[a-z0-9]$/i.test(event.key)) return false;
    if (early.take(event.key)) return true;
    const item = itemFor(event.key);
    choose(item);
    return item !== undefined;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (takeKey(event)) return;
    if (event.key === "Enter") choose(items[at]);
    else if (!pressed(event)) return;
    event.preventDefault();
  };
  return (
    <Dialog label={isMacros ? say.keyMacro : say.palette} class="palette" onClose={closePalette}>
      <div class="palette-inner">
        <label class="palette-search">
          <SearchIcon />
          <input
            {...field}
            aria-label={isMacros ? say.keyMacro : say.palettePlaceholder}
            placeholder={isMacros ? say.macroPlaceholder : say.palettePlaceholder}
            value={query.value}
            onInput={(event) => ((query.value = event.currentTarget.value), mark(null))}
            onKeyDown={onKeyDown}
          />
        </label>
        <ul id={LIST_ID} ref={list} role="listbox" aria-label={say.palette}>
          {items.map((item, place) => (
            <li
              key={item.id}
              {...option(place)}
              onClick={() => choose(item)}
              onPointerMove={() => place !== at && mark(item.id)}
            >
              <span class="palette-label">{item.label}</span>
              {item.detail && <span class="palette-detail">{item.detail}</span>}
              <span class="menu-aside">{isMacros && item.press && !query.value ? <kbd>{item.press.toUpperCase()}</kbd> : say.paletteGroups[item.group]}</span>
              {item.keys?.map((cap) => <kbd key={cap}>{cap}</kbd>)}
            </li>
          ))}
        </ul>
        {!items.length && <p class="menu-empty" role="status">{!isMacros ? say.paletteEmpty : macros.value === null ? say.loading : say.noMacros}</p>}
      </div>
    </Dialog>
  );
}
