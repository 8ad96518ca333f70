// Where one stands in a queue, in words. Pure.
import { fill } from "../i18n";
import type { Waiting } from "./api";
import * as T from "./texts";

/** "You are 3rd in line, about 4 minutes". */
export function standing({ place, wait_seconds }: Waiting): string {
  const n = Math.ceil((wait_seconds ?? 0) / 60);
  const ordinal = T.locale === "en" ? place + (["th", "st", "nd", "rd"][(place % 100 >> 3) ^ 1 && place % 10] ?? "th") : place;
  return (place > 1 ? fill(T.place, { place: ordinal }) : T.next) + (n > 60 ? T.long : n ? fill(T.about, { n }) : "");
}
