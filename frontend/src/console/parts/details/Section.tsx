// A part of the context pane that can be folded; what is folded is remembered in this browser.
import type { ComponentChildren } from "preact";
import { ChevronDownIcon } from "../../../design/icons";
import { folded, toggleSection } from "../../state/profile";

interface Props {
  name: string;
  title: string;
  /** Beside the title: a count, an average. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({ name, title, aside, children }: Props) {
  const isOpen = !folded.value.has(name);
  const id = `details-${name}`;
  return (
    <section class={`section${isOpen ? "" : " is-folded"}`} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        <button type="button" class="section-fold" aria-expanded={isOpen} aria-controls={id} onClick={() => toggleSection(name)}>
          <span>{title}</span>
          {aside !== undefined && aside !== null && <span class="section-aside">{aside}</span>}
          <ChevronDownIcon />
        </button>
      </h3>
      <div id={id} class="section-body" hidden={!isOpen}>{isOpen && children}</div>
    </section>
  );
}
