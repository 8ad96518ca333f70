// What the report is asked for: days, time zone, whose, by which clock, and whether the days before stand beside.
import { PRESETS, presetOf, presetRange } from "../question";
import { ask, options, ownZone, question, words } from "../state";

export function Controls() {
  const say = words.value;
  const { from, to, tz, time, queue, agent, tag, compare } = question.value;
  const preset = presetOf(question.value, Date.now());
  const { queues, agents, tags } = options.value;
  return (
    <form class="controls" aria-label={say.range} onSubmit={(event) => event.preventDefault()}>
      <div class="segments" role="group" aria-label={say.range}>
        {PRESETS.map((one) => (
          <button type="button" key={one} class="segment" aria-pressed={preset === one} onClick={() => ask(presetRange(one, tz, Date.now()))}>{say.presets[one]}</button>
        ))}
      </div>
      <Field label={say.from}><input type="date" value={from} max={to} required onChange={(event) => event.currentTarget.value && ask({ from: event.currentTarget.value })} /></Field>
      <Field label={say.to}><input type="date" value={to} min={from} required onChange={(event) => event.currentTarget.value && ask({ to: event.currentTarget.value })} /></Field>
      <Choice label={say.queue} value={queue} all={say.allQueues} from={queues} onChoose={(value) => ask({ queue: value })} />
      <Choice label={say.agent} value={agent} all={say.allAgents} from={agents} onChoose={(value) => ask({ agent: value })} />
      <Choice label={say.tag} value={tag} all={say.allTags} from={tags} onChoose={(value) => ask({ tag: value })} />
      <Field label={say.time}>
        <select value={time} onChange={(event) => ask({ time: event.currentTarget.value as "clock" | "business" })}>
          <option value="clock">{say.times.clock}</option>
          <option value="business">{say.times.business}</option>
        </select>
      </Field>
      <Field label={say.zone}>
        <select value={tz} onChange={(event) => ask({ tz: event.currentTarget.value })}>
          {zones(tz).map((zone) => <option key={zone} value={zone}>{zone.replaceAll("_", " ")}</option>)}
        </select>
      </Field>
      <label class="tick-field">
        <input type="checkbox" checked={compare} onChange={(event) => ask({ compare: event.currentTarget.checked })} />
        {say.compare}
      </label>
    </form>
  );
}

function Field(props: { label: string; children: preact.ComponentChildren }) {
  return (
    <label class="field">
      <span>{props.label}</span>
      {props.children}
    </label>
  );
}

function Choice(props: { label: string; value: string; all: string; from: readonly { id: string; name: string }[]; onChoose: (id: string) => void }) {
  return (
    <Field label={props.label}>
      <select value={props.value} onChange={(event) => props.onChoose(event.currentTarget.value)}>
        <option value="">{props.all}</option>
        {/* A link may name one that is gone by now: the field says what is asked for. */}
        {props.value && !props.from.some((one) => one.id === props.value) && <option value={props.value}>{words.value.gone}</option>}
        {props.from.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
      </select>
    </Field>
  );
}

/** The chosen one, one's own and UTC first; then all that the browser knows. */
const zones = (chosen: string): string[] => [...new Set([chosen, ownZone, "UTC", ...Intl.supportedValuesOf("timeZone")])];
