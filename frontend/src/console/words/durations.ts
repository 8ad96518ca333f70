// How long things take, and how urgent that is. Without the dictionaries: the reports use it too. Pure.
import type { Locale } from "../../i18n";

/** A duration as precisely as it helps: 42 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. */
export function duration(seconds: number, locale: Locale): string {
  const unit = locale === "en" ? { s: " s", m: " min", h: " h", d: " d" } : { s: " 秒", m: " 分", h: " 小时", d: " 天" };
  const whole = Math.round(seconds);
  const two = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
    small ? `${big}${bigUnit} ${small}${smallUnit}` : `${big}${bigUnit}`;
  if (whole < 60) return `${whole}${unit.s}`;
  if (whole < 600) return two(Math.floor(whole / 60), unit.m, whole % 60, unit.s);
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes}${unit.m}`;
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), unit.h, minutes % 60, unit.m);
  const hours = Math.round(minutes / 60);
  return two(Math.floor(hours / 24), unit.d, hours % 24, unit.h);
}

/** How urgent a wait is: amber from half of the promised time, red from its end. */
export const sinceTone = (ms: number, promisedSeconds: number): "calm" | "soon" | "late" => {
  const share = ms / 1000 / promisedSeconds;
  return share >= 1 ? "late" : share >= 0.5 ? "soon" : "calm";
};
