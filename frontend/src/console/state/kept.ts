// Which of two visitors stays when they are merged. Pure.
import type { VisitorSummary } from "../wire";

/** Who stays unless somebody says otherwise: the identified one, then who is online, then who is on the screen. */
export function keptOf(shown: VisitorSummary, other: VisitorSummary): VisitorSummary {
  if (shown.identified !== other.identified) return shown.identified ? shown : other;
  if (shown.online !== other.online) return shown.online ? shown : other;
  return shown;
}
