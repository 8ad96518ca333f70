// A button that opens a list of choices: arrows move, Esc closes, focus returns to the button.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { CheckIcon } from "../../design/icons";

interface MenuProps {
  label: string;
  button: ComponentChildren;
  buttonClass: string;
  /** Where the panel stands to the button. */
  place?: "below-end" | "right-end" | "right-start" | "above-start";
  tip?: string;
  keys?: string;
  disabled?: boolean;
  children: ComponentChildren;
  /** Called as it opens: what it shows may have to be asked for. */
  onOpen?: (() => void) | undefined;
  /** Grows when something else (a shortcut) wants it open. */
  openSignal?: number;
}

const itemsOf = (panel: HTMLElement | null): HTMLElement[] =>
  [...(panel?.querySelectorAll<HTMLElement>("[role^=menuitem]:not([aria-disabled=true])") ?? [])];

function moveFocus(panel: HTMLElement | null, key: string): boolean {
  const items = itemsOf(panel);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  const target = steps[key];
  if (target === undefined || !items.length) return false;
  items[(target + items.length) % items.length]?.focus();
  return true;
}

export function Menu(props: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  const seen = useRef(props.openSignal);
  useEffect(() => {
    if (seen.current !== props.openSignal) setOpen(true);
    seen.current = props.openSignal;
  }, [props.openSignal]);

  // At once: the next key may be an arrow.
  useLayoutEffect(() => {
    if (!isOpen) return;
    props.onOpen?.();
    (panel.current?.querySelector<HTMLElement>("[aria-checked=true]") ?? itemsOf(panel.current)[0])?.focus();
    const leave = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, [isOpen]);

  const shut = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    if (event.key === "Escape") shut();
    else if (event.key === "Tab") setOpen(false);
    else if (!moveFocus(panel.current, event.key)) return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        class={props.buttonClass}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={props.label}
        data-tip={isOpen ? undefined : props.tip ?? undefined}
        data-keys={isOpen ? undefined : props.keys}
        disabled={props.disabled}
        onClick={() => setOpen(!isOpen)}
      >
        {props.button}
      </button>
      {isOpen && (
        <div class={`menu-panel menu-${props.place ?? "below-end"}`} role="menu" aria-label={props.label} ref={panel} onClick={shut}>
          {props.children}
        </div>
      )}
    </div>
  );
}

export function MenuGroup(props: { label: string; children: ComponentChildren }) {
  return (
    <div class="menu-group" role="group" aria-label={props.label}>
      <div class="menu-heading" aria-hidden="true">{props.label}</div>
      {props.children}
    </div>
  );
}

export function MenuChoice(props: { isChosen: boolean; onChoose: () => void; children: ComponentChildren; lang?: string }) {
  return (
    <button type="button" class="menu-item" role="menuitemradio" aria-checked={props.isChosen} tabIndex={-1} lang={props.lang} onClick={props.onChoose}>
      <span class="menu-item-text">{props.children}</span>
      {props.isChosen && <CheckIcon class="menu-check" />}
    </button>
  );
}

export function MenuItem(props: { onChoose?: () => void; href?: string; children: ComponentChildren }) {
  if (props.href) {
    return (
      <a class="menu-item" role="menuitem" tabIndex={-1} href={props.href}>
        {props.children}
      </a>
    );
  }
  return (
    <button type="button" class="menu-item" role="menuitem" tabIndex={-1} onClick={props.onChoose}>
      {props.children}
    </button>
  );
}
