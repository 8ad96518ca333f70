// Why an agent has a conversation: in a popover on the log's line, and beside the conversation.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { AVAILABILITIES, type Reasons as ReasonsOf, type ReasonsAgent } from "../wire";
import { locale, words, type Locale } from "../words";
import type { Dictionary } from "../words/en";
import { languageName, span } from "../words/times";

/** "Amy: online, 3 of 5, Chinese" and what routing thought of it. */
function agentFacts(agent: ReasonsAgent, say: Dictionary, tag: Locale): string {
  const languages = agent.languages.map((one) => languageName(one, tag)).join("/");
  const isVerdict = agent.availability === agent.verdict; // "Offline" is said once
  const state = (AVAILABILITIES as readonly string[]).includes(agent.availability)
    ? say.availability[agent.availability as keyof Dictionary["availability"]]
    : agent.availability;
  return [!isVerdict && state, say.routingLoad(agent.load, agent.capacity), languages].filter(Boolean).join(say.listComma);
}

/** One sentence: who chose, by what, after how long. */
function reasonsSummary(reasons: ReasonsOf, say: Dictionary, tag: Locale): string {
  if (reasons.by !== "routing") return say.routedBy[reasons.by] ?? "";
  const parts = (reasons.why ?? []).map((one) => say.routingWhy[one] ?? one);
  if (reasons.relaxed) parts.push(say.routingRelaxed);
  if (reasons.waited_seconds) parts.push(say.routingWaited(span(reasons.waited_seconds * 1000, tag)));
  return parts.join(say.listComma);
}

export function Reasons({ reasons }: { reasons: ReasonsOf }) {
  const say = words.value;
  const tag = locale.value;
  return (
    <>
      <p class="reasons-sum">{reasonsSummary(reasons, say, tag)}</p>
      {!!reasons.agents?.length && (
        <ul class="reasons-agents">
          {reasons.agents.map((agent) => (
            <li key={agent.id} class={`reasons-agent is-${agent.verdict}`}>
              <span class={`presence presence-${agent.availability}`} aria-hidden="true" />
              <bdi class="reasons-name">{agent.name}</bdi>
              <span class="reasons-facts">{agentFacts(agent, say, tag)}</span>
              <span class="reasons-verdict">{say.routingVerdict[agent.verdict] ?? agent.verdict}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const GAP = 8;

/** In the top layer, above the button or below it, wherever there is room: the log scrolls and would cut it off. */
function place(panel: HTMLElement | null, button: HTMLElement | null): void {
  if (!panel || !button) return;
  panel.showPopover?.();
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const left = Math.min(Math.max(GAP, at.left + at.width / 2 - width / 2), innerWidth - width - GAP);
  const isBelow = at.bottom + GAP + height <= innerHeight;
  panel.style.left = `${left}px`;
  panel.style.top = `${isBelow ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height)}px`;
}

/** A small button that opens the reasons: Esc and a click elsewhere close them, focus returns to the button. */
export function WhyButton({ reasons, question }: { reasons: ReasonsOf; question: string }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const say = words.value;
  useEffect(() => {
    if (!isOpen) return;
    place(panel.current, button.current);
    panel.current?.focus({ preventScroll: true });
    const leave = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    const scrolled = (event: Event): void => {
      if (event.target !== panel.current) setOpen(false);
    };
    document.addEventListener("scroll", scrolled, true);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
      document.removeEventListener("scroll", scrolled, true);
    };
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen || event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  return (
    <span class="why" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="why-button"
        ref={button}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={question}
        onClick={() => setOpen(!isOpen)}
      >
        {say.whyAssigned}
      </button>
      {isOpen && (
        <div class="why-panel" popover="manual" id={id} role="dialog" aria-label={question} tabIndex={-1} ref={panel}>
          <h3>{question}</h3>
          <Reasons reasons={reasons} />
        </div>
      )}
    </span>
  );
}
