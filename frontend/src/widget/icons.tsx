import type { JSX } from "preact";


/** A square button that is only an icon: its label is its name and its tooltip. */
export function Tool({ icon, label, class: name = "", ...rest }: { icon: string; label: string } & JSX.IntrinsicElements["button"]) {
  return (
    <button type="button" class={`tool ${name}`} aria-label={label} title={label} {...rest}>
      <Icon path={icon} />
    </button>
  );
}

export function Icon({ path, size = 20 }: { path: string; size?: number }) {
  return (
    <svg class="kf-icon" style={{ fontSize: `${size}px` }} viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
