// What the palette offers of itself: what can be done to the open conversation, views, settings, brands, macros.
import { locale, LOCALES, words } from "../words";
import { en, type Dictionary } from "../words/en";
import { AVAILABILITIES, VIEWS, type Row } from "../wire";
import { close, release, reopen, setAvailability, switchBrand, take } from "./actions";
import { signOut } from "../api";
import { BELL_EVENTS } from "./bell";
import { cannedLanguage } from "./canned_form";
import { askForNew, askForOwn } from "./own_canned";
import { currentThread } from "./desk";
import { bindingOf, keyCaps } from "./keys";
import { toggleDetails } from "./layout";
import { keysById } from "./macro_keys";
import { loadMacros, macros, runMacro } from "./macros";
import { markItems, savedViewItems } from "./mark_commands";
import { bellChoices, chooseBell } from "./notify";
import { offerInPalette, openPalette, type PaletteItem } from "./palette";
import { chooseDensity, chooseLocale, chooseTheme, DENSITIES, THEMES } from "./preferences";
import { conversationPath, go } from "./route";
import { isSupervisor, me, myId } from "./session";
import { isSettingsOpen, isSheetOpen, transferAsked, wantToWrite } from "./shortcuts";
import { showToast } from "./toasts";

const capsOf = (key: string): readonly string[] => {
  const binding = bindingOf(key);
  return binding ? keyCaps(binding) : [];
};

type Made = Omit<PaletteItem, "group">;
const inGroup = (group: PaletteItem["group"], items: readonly Made[]): PaletteItem[] => items.map((one) => ({ ...one, group }));

const openRow = (): Row | null => currentThread.value?.row.value ?? null;

function actionItems(say: Dictionary): PaletteItem[] {
  const row = openRow();
  if (!row) return [];
  const isMine = row.agent?.id === myId.value;
  const open: (Made | false)[] = [
    !isMine && { id: "take", label: row.agent ? say.takeOver : say.take, keys: capsOf("t"), run: () => void take(row) },
    isMine && { id: "release", label: say.release, run: () => void release(row) },
    { id: "transfer", label: say.transfer, keys: capsOf("f"), run: () => (transferAsked.value = row.id) },
    { id: "close", label: say.closeConversation, also: [say.keyClose], keys: capsOf("e"), run: () => void close(row) },
    { id: "reply", label: say.keyReply, keys: capsOf("r"), run: () => wantToWrite("reply") },
  ];
  const closed: Made[] = [{ id: "reopen", label: say.reopen, keys: capsOf("e"), run: () => void reopen(row) }];
  return inGroup("actions", [
    ...(row.status === "closed" ? closed : open.filter((one): one is Made => Boolean(one))),
    { id: "note", label: say.keyNote, keys: capsOf("n"), run: () => wantToWrite("note") },
    { id: "details", label: say.keyDetails, keys: capsOf("i"), run: toggleDetails },
    { id: "copy-link", label: say.copyLink, run: () => void copyLink(row) },
  ]);
}

async function copyLink(row: Row): Promise<void> {
  await navigator.clipboard?.writeText(location.origin + conversationPath(row.id));
  showToast({ kind: "done", text: words.peek().copied });
}

function macroItems(): PaletteItem[] {
  const row = openRow();
  if (!row) return [];
  void loadMacros();
  const keys = keysById(macros.value ?? []);
  return inGroup("macros", (macros.value ?? []).map((one) => ({ id: `macro.${one.id}`, label: one.name, press: keys.get(one.id), run: () => void runMacro(one, row) })));
}

function viewItems(say: Dictionary): PaletteItem[] {
  const pages: Made[] = isSupervisor.value
    ? [
        { id: "page.board", label: say.board, run: () => go({ page: "board", conversation: null }) },
        { id: "page.reports", label: say.reports, run: () => go({ page: "reports", conversation: null }) },
      ]
    : [];
  return inGroup("views", [...pages, ...VIEWS.map((view, index) => ({ id: `view.${view}`, label: say[view], also: [say.views], keys: [String(index + 1)], run: () => go({ view, conversation: null, q: "" }) }))]);
}

function settingItems(say: Dictionary): PaletteItem[] {
  const isQuiet = BELL_EVENTS.every((event) => !bellChoices.value[event].sound);
  return inGroup("settings", [
    { id: "settings", label: say.preferences, also: [say.notifications, say.sounds], run: () => (isSettingsOpen.value = true) },
    { id: "new-canned", label: say.newCanned, run: () => askForNew(cannedLanguage(locale.peek())) },
    { id: "own-canned", label: say.cannedMine, also: [say.completing.canned], run: askForOwn },
    { id: "macros", label: say.keyMacro, keys: capsOf("m"), run: () => openPalette("macros") },
    { id: "sheet", label: say.shortcuts, keys: capsOf("?"), run: () => (isSheetOpen.value = true) },
    ...AVAILABILITIES.map((one) => ({ id: `availability.${one}`, label: `${say.availabilityLabel}: ${say.availability[one]}`, run: () => void setAvailability(one) })),
    ...THEMES.map((one) => ({ id: `theme.${one}`, label: `${say.theme}: ${say.themes[one]}`, run: () => chooseTheme(one) })),
    ...LOCALES.map(({ code, name }) => ({ id: `locale.${code}`, label: `${say.languageOfConsole}: ${name}`, run: () => chooseLocale(code) })),
    ...DENSITIES.map((one) => ({ id: `density.${one}`, label: `${say.density}: ${say.densities[one]}`, run: () => chooseDensity(one) })),
    { id: "sounds", label: isQuiet ? say.soundsOn : say.soundsOff, run: () => BELL_EVENTS.forEach((event) => chooseBell(event, { sound: isQuiet })) },
    { id: "sign-out", label: say.signOut, run: signOut },
  ]);
}

function brandItems(say: Dictionary): PaletteItem[] {
  const { brand, brands } = me.value!;
  const others = brands.filter((one) => one.slug !== brand.slug);
  return inGroup("brands", others.map((one) => ({ id: `brand.${one.slug}`, label: `${say.switchBrand}: ${one.name}`, run: () => void switchBrand(one.slug) })));
}

export function startCommands(): void {
  for (const make of [actionItems, viewItems, markItems, settingItems, brandItems]) offerInPalette(() => inBothLanguages(make));
  offerInPalette(macroItems);
  offerInPalette(savedViewItems);
}

/** Found by its English name too: letters come quicker than an input method. */
function inBothLanguages(make: (say: Dictionary) => PaletteItem[]): PaletteItem[] {
  const items = make(words.value);
  if (locale.value === "en") return items;
  const english = new Map(make(en).map(({ id, label }) => [id, label]));
  return items.map((one) => ({ ...one, also: [...(one.also ?? []), english.get(one.id) ?? ""] }));
}
