import type { JSX } from "preact";

// Icons after Lucide and Feather (ISC, MIT), only those in use, with rounded path data: every byte is loaded by visitors.

const RING = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
const SPEAKER = "M11 5 6 9H2v6h4l5 4z";

const PATHS = {
  down: "m6 9 6 6 6-6",
  more: "M12 12h0M19 12h0M5 12h0",
  attach: "m21.4 11-9.1 9.2a6 6 0 0 1-8.5-8.5L13 2.5a4 4 0 0 1 5.6 5.7l-9.2 9.2a2 2 0 0 1-2.8-2.8L15 6.1",
  smile: RING + "M8 14s1.5 2 4 2 4-2 4-2M9 9h0M15 9h0",
  send: "m5 12 7-7 7 7M12 19V5",
  check: "M20 6 9 17l-5-5",
  checks: "M18 6 7 17l-5-5M22 10l-7.5 7.5L13 16",
  clock: RING + "M12 6v6h4",
  alert: RING + "M12 8v4M12 16h0",
  close: "M18 6 6 18M6 6l12 12",
  file: "M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8zM14 2v6h6",
  save: "M12 3v12m5-5-5 5-5-5M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4",
  soundOn: SPEAKER + "M15.5 8.5a5 5 0 0 1 0 7M19 5a10 10 0 0 1 0 14",
  soundOff: SPEAKER + "m16 9 6 6M22 9l-6 6",
  retry: "M21 12a9 9 0 1 1-3-6.7L21 8M21 3v5h-5",
};

export type IconName = keyof typeof PATHS;

/** A square button that is only an icon: its label is its name and its tooltip. */
export function Tool({ icon, label, class: name = "", ...rest }: { icon: IconName; label: string } & JSX.IntrinsicElements["button"]) {
  return (
    <button type="button" class={`tool ${name}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="kf-icon" style={{ fontSize: `${size}px` }} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
