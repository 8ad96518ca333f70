// A brand gives one colour; from it come fill, hover, tint and text colours for both themes.
// Lightness moves along OKLCH until the measured WCAG contrast holds, so no brand colour can
// make text unreadable. Conversion after Björn Ottosson, "A perceptual color space" (2020).

interface AccentShades {
  accent: string;
  hover: string;
  pressed: string;
  onAccent: string;
  ink: string;
  tint: string;
  tintStrong: string;
}

interface Accent {
  light: AccentShades;
  dark: AccentShades;
}

type Rgb = readonly [number, number, number];
type Oklch = readonly [lightness: number, chroma: number, hue: number];

const READABLE = 4.5;
const WHITE = "#ffffff";
const NEAR_BLACK = "#0e1116";
const FALLBACK = "#2f6bd8";
/** The grounds on which accent-coloured text stands, per theme, after tokens.css. */
const LIGHT_GROUND: Oklch = [0.976, 0.004, 258];
const DARK_GROUND: Oklch = [0.265, 0.012, 262];

function parseHex(hex: string): Rgb {
  const match = /^#?([0-9a-f]{6})$/i.exec(hex.trim());
  const value = parseInt(match?.[1] ?? FALLBACK.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

const toLinear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const toGamma = (c: number): number => (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055);

function toOklch(hex: string): Oklch {
  const [r, g, b] = parseHex(hex).map(toLinear) as unknown as Rgb;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    Math.hypot(a, bb),
    (Math.atan2(bb, a) * 180) / Math.PI,
  ];
}

function toLinearRgb([lightness, chroma, hue]: Oklch): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const isInGamut = (rgb: Rgb): boolean => rgb.every((c) => c >= -0.0005 && c <= 1.0005);

/** Gives up chroma, never hue or lightness, to fit sRGB. */
function toHex([lightness, chroma, hue]: Oklch): string {
  let c = chroma;
  while (c > 0.001 && !isInGamut(toLinearRgb([lightness, c, hue]))) c -= 0.004;
  const channels = toLinearRgb([lightness, Math.max(c, 0), hue]).map((v) =>
    Math.round(toGamma(Math.min(Math.max(v, 0), 1)) * 255).toString(16).padStart(2, "0"),
  );
  return `#${channels.join("")}`;
}

function luminance(hex: string): number {
  const [r, g, b] = parseHex(hex).map(toLinear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Moves lightness by `step` until `hex` is readable against every ground. */
function readableAgainst(color: Oklch, grounds: readonly string[], step: number, ratio = READABLE): Oklch {
  let [lightness, chroma, hue] = color;
  const isReadable = (): boolean =>
    grounds.every((ground) => contrast(toHex([lightness, chroma, hue]), ground) >= ratio);
  while (!isReadable() && (step < 0 ? lightness > 0.05 : lightness < 0.99)) lightness += step;
  return [lightness, chroma, hue];
}

/** White where the colour bears it or needs only little darkening for it, else near black. */
function fillWithText(color: Oklch): { fill: Oklch; on: string } {
  const darkened = readableAgainst(color, [WHITE], -0.005);
  if (color[0] - darkened[0] <= 0.13) return { fill: darkened, on: WHITE };
  return { fill: readableAgainst(color, [NEAR_BLACK], 0.005), on: NEAR_BLACK };
}

function shift([lightness, chroma, hue]: Oklch, by: number): Oklch {
  return [Math.min(Math.max(lightness + by, 0), 1), chroma, hue];
}

/** Hover and pressed move away from the text on them, so contrast only grows. */
function fillStates(fill: Oklch, on: string): Pick<AccentShades, "accent" | "hover" | "pressed" | "onAccent"> {
  const away = on === WHITE ? -1 : 1;
  return {
    accent: toHex(fill),
    hover: toHex(shift(fill, away * 0.035)),
    pressed: toHex(shift(fill, away * 0.07)),
    onAccent: on,
  };
}

function lightShades(color: Oklch): AccentShades {
  const { fill, on } = fillWithText(color);
  const [, chroma, hue] = color;
  const tint = toHex([0.962, Math.min(chroma * 0.12, 0.022), hue]);
  const tintStrong = toHex([0.925, Math.min(chroma * 0.25, 0.045), hue]);
  const ink = toHex(readableAgainst(color, [WHITE, tint, tintStrong, toHex(LIGHT_GROUND)], -0.005));
  return { ...fillStates(fill, on), ink, tint, tintStrong };
}

function darkShades(color: Oklch): AccentShades {
  const [lightness, chroma, hue] = color;
  // On dark surfaces a deep brand colour is lifted until it stands out from them.
  const lifted: Oklch = [Math.max(lightness, 0.56), Math.min(chroma, 0.19), hue];
  const { fill, on } = fillWithText(readableAgainst(lifted, [toHex(DARK_GROUND)], 0.005, 3));
  const tint = toHex([0.285, Math.min(chroma * 0.22, 0.035), hue]);
  const tintStrong = toHex([0.345, Math.min(chroma * 0.35, 0.06), hue]);
  const soft: Oklch = [Math.max(lightness, 0.7), Math.min(chroma, 0.14), hue];
  const ink = toHex(readableAgainst(soft, [toHex(DARK_GROUND), tint, tintStrong], 0.005));
  return { ...fillStates(fill, on), ink, tint, tintStrong };
}

export function deriveAccent(hex: string): Accent {
  const [lightness, chroma, hue] = toOklch(hex);
  const color: Oklch = [Math.min(lightness, 0.92), chroma, hue]; // never white on white
  return { light: lightShades(color), dark: darkShades(color) };
}

const PROPERTIES: readonly [string, keyof AccentShades][] = [
  ["--kf-accent", "accent"],
  ["--kf-accent-hover", "hover"],
  ["--kf-accent-pressed", "pressed"],
  ["--kf-on-accent", "onAccent"],
  ["--kf-accent-ink", "ink"],
  ["--kf-accent-tint", "tint"],
  ["--kf-accent-tint-strong", "tintStrong"],
];

/** Sets the brand's accent on `element` (the root or a shadow host) through the CSSOM, which a strict CSP allows. */
export function applyAccent(element: HTMLElement, hex: string): void {
  const { light, dark } = deriveAccent(hex);
  for (const [property, shade] of PROPERTIES) {
    element.style.setProperty(property, `light-dark(${light[shade]}, ${dark[shade]})`);
  }
}
