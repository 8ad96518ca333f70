// The demo shop's own few lines: its colour, its language switch. The chat is the page's one script tag,
// spoken to as any customer's page would.
import { applyAccent } from "../design/accent";

const root = document.documentElement;
const kefu = (...call: unknown[]): void =>
  (window as unknown as { kefu?: (...call: unknown[]) => void }).kefu?.(...call);

applyAccent(root, document.body.dataset.accent ?? "");

function speak(language: string): void {
  root.lang = language;
  for (const button of document.querySelectorAll<HTMLElement>("[data-language]"))
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  kefu("locale", language === "zh" ? "zh-Hans" : "en");
}

const asked = new URLSearchParams(location.search).get("lang") ?? "";
speak(/^(en|zh)$/.test(asked) ? asked : root.lang);

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const language = target.closest<HTMLElement>("[data-language]")?.dataset.language;
  if (language) speak(language);
  if (target.closest("[data-chat]")) kefu("open");
  const add = target.closest<HTMLElement>(".add");
  if (add) add.dataset.added = "";
});
