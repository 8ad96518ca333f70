// Runs in the head, before the first paint, on every page for staff: theme and brand accent. The page names its
// accent in <meta name="kefu-accent">; the theme is what console/state/preferences.ts stored.
import { applyAccent } from "./accent";

const root = document.documentElement;
try {
  const theme = localStorage.getItem("kefu.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme counts.
}
const accent = document.querySelector<HTMLMetaElement>('meta[name="kefu-accent"]')?.content;
if (accent) applyAccent(root, accent);
