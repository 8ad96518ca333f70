// Lucide icons (ISC licence, https://lucide.dev), only those in use, as path data.

const PATHS = {
  down: "m6 9 6 6 6-6",
  more: "M12 12h.01M19 12h.01M5 12h.01",
  attach:
    "m16 6-8.414 8.586a2 2 0 0 0 2.829 2.829l8.414-8.586a4 4 0 1 0-5.657-5.657l-8.379 8.551a6 6 0 1 0 8.485 8.485l8.379-8.551",
  smile: "M15 10V9M16.472 15a6 6 0 0 1-8.943 0M9 10V9M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z",
  send: "m5 12 7-7 7 7M12 19V5",
  check: "M20 6 9 17l-5-5",
  checks: "M18 6 7 17l-5-5M22 10l-7.5 7.5L13 16",
  clock: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM12 6v6h4",
  alert: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM12 8v4M12 16h.01",
  close: "M18 6 6 18M6 6l12 12",
  file: "M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2zM14 2v5a1 1 0 0 0 1 1h5",
  save: "M12 15V3M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M7 10l5 5 5-5",
  soundOn:
    "M11 4.702a.705.705 0 0 0-1.203-.498L6.413 7.587A1.4 1.4 0 0 1 5.416 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.416a1.4 1.4 0 0 1 .997.413l3.383 3.384A.705.705 0 0 0 11 19.298zM16 9a5 5 0 0 1 0 6M19.364 18.364a9 9 0 0 0 0-12.728",
  soundOff:
    "M11 4.702a.705.705 0 0 0-1.203-.498L6.413 7.587A1.4 1.4 0 0 1 5.416 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.416a1.4 1.4 0 0 1 .997.413l3.383 3.384A.705.705 0 0 0 11 19.298zM16.5 14.500l5-5M16.5 9.500l5 5",
  end: "M21.801 10A10 10 0 1 1 17 3.335M9 11l3 3L22 4",
  retry: "M21 12a9 9 0 1 1-9-9c2.52 0 4.93 1 6.74 2.740L21 8M21 3v5h-5",
  cloudOff:
    "M10.94 5.274A7 7 0 0 1 15.71 10h1.790a4.5 4.5 0 0 1 4.222 6.057M18.796 18.810A4.5 4.5 0 0 1 17.5 19H9A7 7 0 0 1 5.79 5.780M2 2l20 20",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
