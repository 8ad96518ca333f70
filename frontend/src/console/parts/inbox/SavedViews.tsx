// Keeping what is filtered as a view, and keeping the views themselves.
import { useSignal } from "@preact/signals";
import { ChevronDownIcon, CloseIcon, TrashIcon, UpIcon } from "../../../design/icons";
import { go, route } from "../../state/route";
import { isSupervisor } from "../../state/session";
import { mayKeep, moveView, removeView, renameView, savedView, savedViews, saveView } from "../../state/views";
import { showToast } from "../../state/toasts";
import { words } from "../../words";
import { isView, type Filters, type SavedView } from "../../wire";
import { Dialog } from "../Dialog";
import { isManagingViews, isSavingView } from "./Views";

/** The view's own conditions as filters, so that what is saved shows what was seen. */
function currentFilters(): Filters {
  const { view, filters } = route.peek();
  if (!isView(view)) return { ...savedView(view)?.filters, ...filters };
  const own: Partial<Record<typeof view, Filters>> = {
    mine: { agent: ["me"], snoozed: false },
    unassigned: { status: ["waiting"], snoozed: false },
    snoozed: { snoozed: true },
    closed: { status: ["closed"] },
  };
  return { ...own[view], ...filters };
}

export function SaveViewDialog() {
  const say = words.value;
  const name = useSignal("");
  const isShared = useSignal(false);
  const isBusy = useSignal(false);
  const shut = (): void => void (isSavingView.value = false);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isBusy.peek()) return;
    isBusy.value = true;
    const made = await saveView(name.value.trim(), currentFilters(), isShared.value);
    isBusy.value = false;
    if (!made) return;
    shut();
    go({ view: made.id, filters: {}, q: "" });
  };
  return (
    <Dialog label={say.saveView} class="sheet question" onClose={shut}>
      <form class="sheet-inner form" onSubmit={(event) => void save(event)}>
        <h2>{say.saveView}</h2>
        <label class="form-field">
          <span>{say.viewName}</span>
          <input class="input" value={name.value} maxLength={60} required autoFocus onInput={(event) => (name.value = event.currentTarget.value)} />
        </label>
        {isSupervisor.value && (
          <label class="form-check">
            <input type="checkbox" checked={isShared.value} onChange={(event) => (isShared.value = event.currentTarget.checked)} />
            {say.shareView}
          </label>
        )}
        <footer class="form-foot">
          <button type="button" class="button" onClick={shut}>{say.cancel}</button>
          <button type="submit" class="button button-primary" disabled={!name.value.trim() || isBusy.value}>{say.save}</button>
        </footer>
      </form>
    </Dialog>
  );
}

export function ManageViewsDialog() {
  const say = words.value;
  const shut = (): void => void (isManagingViews.value = false);
  return (
    <Dialog label={say.manageViews} class="sheet question" onClose={shut}>
      <div class="sheet-inner form">
        <header class="form-head">
          <h2>{say.manageViews}</h2>
          <button type="button" class="icon-button" aria-label={say.close} onClick={shut}><CloseIcon /></button>
        </header>
        {!savedViews.value.length && <p class="quiet">{say.noSavedViews}</p>}
        <ul class="kept-views">
          {savedViews.value.map((view, index) => <KeptView key={view.id} view={view} isFirst={index === 0} isLast={index === savedViews.value.length - 1} />)}
        </ul>
      </div>
    </Dialog>
  );
}

async function remove(view: SavedView): Promise<void> {
  if (route.peek().view === view.id) go({ view: "all" });
  if (!(await removeView(view.id))) return;
  const { name, filters, shared } = view;
  const say = words.peek();
  showToast({ kind: "done", text: say.viewDeleted(name), action: { label: say.undo, run: () => void saveView(name, filters, shared) } });
}

function KeptView({ view, isFirst, isLast }: { view: SavedView; isFirst: boolean; isLast: boolean }) {
  const say = words.value;
  if (!mayKeep(view)) {
    return <li class="kept-view"><span class="kept-name">{view.name}</span><span class="quiet">{say.sharedView}</span></li>;
  }
  const rename = (event: Event & { currentTarget: HTMLInputElement }): void => {
    const name = event.currentTarget.value.trim();
    if (name && name !== view.name) void renameView(view.id, { name });
  };
  return (
    <li class="kept-view">
      <input class="input" aria-label={say.renameView(view.name)} defaultValue={view.name} maxLength={60} onChange={rename} />
      {view.shared && <span class="quiet">{say.sharedView}</span>}
      <button type="button" class="icon-button" aria-label={say.moveUp(view.name)} disabled={isFirst} onClick={() => moveView(view.id, -1)}><UpIcon /></button>
      <button type="button" class="icon-button" aria-label={say.moveDown(view.name)} disabled={isLast} onClick={() => moveView(view.id, 1)}><ChevronDownIcon /></button>
      <button type="button" class="icon-button" aria-label={say.deleteView(view.name)} onClick={() => void remove(view)}><TrashIcon /></button>
    </li>
  );
}
