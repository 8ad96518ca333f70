// Filters: the button beside the search, the chips below the views, and the dialog in which they are chosen.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { CloseIcon, FilterIcon } from "../../../design/icons";
import { now } from "../../state/clock";
import { countFilters, toggled, without, type FilterField } from "../../state/filters";
import { freshenPeople, freshenTags } from "../../state/freshen";
import { go, route } from "../../state/route";
import { me } from "../../state/session";
import { tags } from "../../state/tags";
import { locale, words } from "../../words";
import type { Dictionary } from "../../words/en";
import { fullTime, languageName, startOfDay } from "../../words/times";
import { isMerged, type Filters } from "../../wire";
import { Dialog } from "../Dialog";
import { canSave, isSavingView } from "./Views";

export const areFiltersOpen = signal(false);
const FILTER_LANGUAGES = ["en", "zh-hans", "ja", "ko", "de", "fr", "es"];
const RANGES = [0, 7, 30] as const;
const DAY = 86_400_000;

const set = (filters: Filters): void => go({ filters }, "replace");

export function FilterButton() {
  const say = words.value;
  const count = countFilters(route.value.filters);
  const label = count ? `${say.filters}, ${say.filtersActive(count)}` : say.filters;
  return (
    <button type="button" class={`icon-button filter-button${count ? " is-on" : ""}`} aria-label={label} data-tip={say.filters} data-tip-end aria-haspopup="dialog" disabled={isMerged(route.value.view)} onClick={() => (areFiltersOpen.value = true)}>
      <FilterIcon />
      {count > 0 && <span class="filter-count" aria-hidden="true">{count}</span>}
    </button>
  );
}

/** What a filter says, in words: "Priority: High, Urgent". */
function filterText(field: FilterField, filters: Filters, say: Dictionary): string {
  const name = say.filterNames[field] ?? field;
  const value = filters[field];
  if (value === true) return name;
  if (value === false) return say.filterNot(name);
  if (typeof value === "number") {
    const date = fullTime(value, locale.value);
    return `${name} ${field.endsWith("_from") ? say.filterSince(date) : say.filterUntil(date)}`;
  }
  if (!Array.isArray(value)) return `${name}: ${value}`;
  return `${name}: ${value.map((one) => valueText(field, one, say)).join(", ")}`;
}

function valueText(field: FilterField, value: string | number, say: Dictionary): string {
  switch (field) {
    case "status":
      return say.status[value as "waiting"] ?? String(value);
    case "agent":
      if (value === "me") return say.filterMe;
      return value === "none" ? say.filterNobody : me.value?.agents.find((one) => one.id === value)?.name ?? "?";
    case "queue":
      return value === "none" ? say.filterNoQueue : me.value?.queues.find((one) => one.id === value)?.name ?? "?";
    case "tag":
      return tags.value.get(String(value))?.name ?? "?";
    case "priority":
      return say.priorities[value as number] ?? "?";
    case "rating":
      return say.stars(value as number);
    default:
      return languageName(String(value), locale.value);
  }
}

export function FilterChips() {
  const say = words.value;
  const { filters } = route.value;
  const fields = Object.keys(filters) as FilterField[];
  if (!fields.length) return null;
  return (
    <div class="filter-chips" role="group" aria-label={say.filters}>
      {fields.map((field) => {
        const text = filterText(field, filters, say);
        return (
          <button type="button" key={field} class="filter-chip" aria-label={say.clearFilter(text)} title={text} onClick={() => set(without(filters, field))}>
            <span>{text}</span>
            <CloseIcon />
          </button>
        );
      })}
      <button type="button" class="link chips-clear" onClick={() => set({})}>{say.clearFilters}</button>
      {canSave() && <button type="button" class="link chips-clear" onClick={() => (isSavingView.value = true)}>{say.saveView}</button>}
    </div>
  );
}

export function FilterDialog() {
  const say = words.value;
  const { filters } = route.value;
  const shut = (): void => void (areFiltersOpen.value = false);
  const { agents, queues } = me.value!;
  useEffect(() => (freshenPeople(), freshenTags()), []);
  return (
    <Dialog label={say.filters} class="sheet filter-sheet" onClose={shut}>
      <div class="sheet-inner form">
        <header class="form-head">
          <h2>{say.filters}</h2>
          <button type="button" class="icon-button" aria-label={say.close} onClick={shut}><CloseIcon /></button>
        </header>
        <label class="form-field">
          <span>{say.filterNames.text}</span>
          <input class="input" placeholder={say.filterText} maxLength={100} defaultValue={filters.text ?? ""} onChange={(event) => set(event.currentTarget.value.trim() ? { ...route.peek().filters, text: event.currentTarget.value.trim() } : without(route.peek().filters, "text"))} />
        </label>
        <div class="filter-flags">
          {(["unread", "awaiting", "left_message", "snoozed"] as const).map((field) => <Flag key={field} field={field} />)}
        </div>
        <Choices field="priority" values={[4, 3, 2, 1]} />
        <Choices field="status" values={["waiting", "assigned", "closed"]} />
        <Choices field="agent" values={["me", "none", ...agents.filter((one) => one.id !== me.value?.agent.id).map((one) => one.id)]} />
        {queues.length > 1 && <Choices field="queue" values={queues.map((one) => one.id)} />}
        {tags.value.size > 0 && <Choices field="tag" values={[...tags.value.keys()]} />}
        <Choices field="rating" values={[1, 2, 3, 4, 5]} />
        <Choices field="language" values={FILTER_LANGUAGES} />
        <Range field="created_from" />
        <Range field="active_from" />
        <footer class="form-foot">
          <button type="button" class="button" onClick={() => set({})}>{say.clearFilters}</button>
          <button type="button" class="button button-primary" onClick={shut}>{say.done}</button>
        </footer>
      </div>
    </Dialog>
  );
}

type ListField = Parameters<typeof toggled>[1];

function Choices({ field, values }: { field: ListField; values: readonly (string | number)[] }) {
  const say = words.value;
  const { filters } = route.value;
  const chosen = (filters[field] ?? []) as readonly (string | number)[];
  return (
    <fieldset class="filter-choices">
      <legend>{say.filterNames[field]}</legend>
      {values.map((value) => (
        <Toggle key={value} isOn={chosen.includes(value)} onToggle={() => set(toggled(route.peek().filters, field, value))}>
          {field === "tag" && <span class="tag-dot" style={{ background: tags.value.get(String(value))?.colour }} />}
          {valueText(field, value, say)}
        </Toggle>
      ))}
    </fieldset>
  );
}

function Toggle({ isOn, onToggle, children }: { isOn: boolean; onToggle: () => void; children: ComponentChildren }) {
  return (
    <label class={`filter-choice${isOn ? " is-on" : ""}`}>
      <input type="checkbox" class="kf-sr" checked={isOn} onChange={onToggle} />
      {children}
    </label>
  );
}

function Flag({ field }: { field: "unread" | "awaiting" | "left_message" | "snoozed" }) {
  const isOn = route.value.filters[field] === true;
  const toggle = (): void => set(isOn ? without(route.peek().filters, field) : { ...route.peek().filters, [field]: true });
  return <Toggle isOn={isOn} onToggle={toggle}>{words.value.filterNames[field]}</Toggle>;
}

/** From the beginning of today, or of the day so many days ago: a moment, so that the address means the same tomorrow. */
function Range({ field }: { field: "created_from" | "active_from" }) {
  const say = words.value;
  const from = (days: number): number => startOfDay(now.peek() - days * DAY);
  const current = route.value.filters[field];
  return (
    <fieldset class="filter-choices">
      <legend>{say.filterNames[field]}</legend>
      {RANGES.map((days) => (
        <Toggle key={days} isOn={current === from(days)} onToggle={() => set(current === from(days) ? without(route.peek().filters, field) : { ...route.peek().filters, [field]: from(days) })}>
          {say.filterDays(days)}
        </Toggle>
      ))}
    </fieldset>
  );
}
