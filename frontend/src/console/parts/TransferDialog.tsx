// Handing a conversation over: to whom, with how much they have to do, and a note that goes along.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { SearchIcon, TransferIcon } from "../../design/icons";
import { fetchColleagues } from "../api";
import { transfer } from "../state/actions";
import { busy } from "../state/busy";
import { rank } from "../state/fuzzy";
import { isComposing } from "../../design/composing";
import { rowSignal } from "../state/inbox";
import { me, myId } from "../state/session";
import { transferAsked } from "../state/shortcuts";
import { showError } from "../state/toasts";
import { explain, locale, words } from "../words";
import { languageName } from "../words/times";
import { byAvailability, type Colleagues, type Row } from "../wire";
import { Dialog } from "./Dialog";
import { useChoices } from "./useChoices";

interface Target {
  key: string;
  name: string;
  to: { agent: { id: string; name: string } } | { queue: { id: string; name: string } };
  also: readonly string[];
  agent?: Colleagues["agents"][number];
  waiting?: number;
}

/** Who is there and has room comes first. */
function targetsOf({ agents, queues }: Colleagues, row: Row): Target[] {
  const share = ({ load, capacity }: Colleagues["agents"][number]): number => load / Math.max(capacity, 1);
  const people = agents
    .filter(({ id }) => id !== row.agent?.id && id !== myId.peek())
    .sort((one, other) => byAvailability(one, other) || share(one) - share(other))
    .map((agent) => ({ key: agent.id, name: agent.name, to: { agent }, also: [...agent.queues, ...agent.languages], agent }));
  const places = queues
    .filter(({ id }) => id !== row.queue?.id || row.status === "assigned")
    .map((queue) => ({ key: queue.id, name: queue.name, to: { queue }, also: [words.peek().queue], waiting: queue.waiting }));
  return [...people, ...places];
}

/** Until the server has said more: names and who is online. */
const knownColleagues = (): Colleagues => ({
  agents: me.peek()!.agents.map((one) => ({ ...one, load: -1, capacity: 0, languages: [], queues: [] })),
  queues: me.peek()!.queues.map((one) => ({ ...one, waiting: -1 })),
});

const LIST_ID = "transfer-list";

export function TransferDialog() {
  const say = words.value;
  const row = rowSignal(transferAsked.value!)?.value;
  const colleagues = useSignal(knownColleagues());
  const query = useSignal("");
  const note = useSignal("");
  const refusal = useSignal("");
  const isGone = useRef(false);
  useEffect(() => () => void (isGone.current = true), []);
  useEffect(() => void fetchColleagues().then((answer) => (colleagues.value = answer), () => {}), []);
  const targets = row ? rank(targetsOf(colleagues.value, row), query.value, ({ name, also }) => [name, ...also]) : [];
  const { at, list, field, option, takeKey, mark } = useChoices(targets.map((target) => target.key), LIST_ID);
  const shut = (): void => void (transferAsked.value = null);
  if (!row) return null;

  const isBusy = busy.value.has(row.id);
  const submit = async (): Promise<void> => {
    const target = targets[at];
    if (!target || busy.peek().has(row.id)) return;
    refusal.value = "";
    try {
      await transfer(row, target.to, note.peek().trim());
      if (!isGone.current) shut();
    } catch (error) {
      if (isGone.current) showError(error);
      else refusal.value = explain(error);
    }
  };
  const onNoteKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isComposing(event)) return;
    event.preventDefault();
    void submit();
  };
  return (
    <Dialog label={say.transfer} class="sheet transfer" onClose={shut}>
      <form class="sheet-inner" onSubmit={(event) => (event.preventDefault(), void submit())}>
        <h2>{say.transferTo}</h2>
        <label class="palette-search">
          <SearchIcon />
          <input
            {...field}
            aria-label={say.transferSearch}
            placeholder={say.transferSearch}
            value={query.value}
            onInput={(event) => ((query.value = event.currentTarget.value), mark(null))}
            onKeyDown={takeKey}
          />
        </label>
        <ul id={LIST_ID} ref={list} role="listbox" aria-label={say.transferTo} class="transfer-list">
          {targets.map((target, place) => (
            <li key={target.key} {...option(place)} onClick={() => mark(target.key)} onDblClick={() => void submit()}>
              {target.agent ? <AgentTarget agent={target.agent} /> : <QueueTarget name={target.name} waiting={target.waiting ?? -1} />}
            </li>
          ))}
        </ul>
        {!targets.length && <p class="menu-empty" role="status">{query.value ? say.paletteEmpty : say.noOneToTransfer}</p>}
        <label class="transfer-note">
          <span>{say.transferNote}</span>
          <textarea rows={2} maxLength={me.value!.limits.text} placeholder={say.notePlaceholder} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} onKeyDown={onNoteKey} />
        </label>
        {refusal.value && <p class="form-error" role="alert">{refusal.value}</p>}
        <footer>
          <button type="button" class="button" onClick={shut}>{say.cancel}</button>
          <button type="submit" class="button button-primary" disabled={!targets.length || isBusy}>
            <TransferIcon />
            {say.transfer}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function AgentTarget({ agent }: { agent: Colleagues["agents"][number] }) {
  const say = words.value;
  const share = agent.load / Math.max(agent.capacity, 1);
  return (
    <>
      <span class={`presence presence-${agent.availability}`} />
      <span class="palette-label">{agent.name}</span>
      <span class="palette-detail">{[say.availability[agent.availability], ...agent.languages.map((tag) => languageName(tag, locale.value))].join(" · ")}</span>
      {agent.load >= 0 && (
        <span class={`target-load${share >= 1 ? " is-full" : ""}`}>
          <span class="target-bar" aria-hidden="true"><i style={{ width: `${Math.min(share, 1) * 100}%` }} /></span>
          {say.loadOf(agent.load, agent.capacity)}
        </span>
      )}
    </>
  );
}

function QueueTarget({ name, waiting }: { name: string; waiting: number }) {
  const say = words.value;
  return (
    <>
      <span class="palette-label">{name}</span>
      <span class="palette-detail">{say.queue}</span>
      {waiting >= 0 && <span class="target-load">{say.waitingIn(waiting)}</span>}
    </>
  );
}
