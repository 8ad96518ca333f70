import { fill } from "../i18n";
import * as T from "./texts";

/** How soon somebody usually answers, in words; that they are there, where it is not known. */
export const usually = (seconds: number | null): string => {
  const n = Math.ceil(seconds! / 60);
  return n ? fill(T.usually, { when: n > 90 ? T.today : n > 45 ? T.anHour : fill(T.soon, { n }) }) : T.online;
};
