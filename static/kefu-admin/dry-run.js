// Walks through the past a hundred conversations at a time and shows how far it is (agents/admin/rules.py).
document.addEventListener("DOMContentLoaded", async () => {
  const page = document.querySelector("[data-dry-run]");
  const bar = page?.querySelector("progress");
  if (!bar) return;
  const summary = page.querySelector("[data-summary]");
  const table = page.querySelector("[data-matches]");
  const found = { matched: 0, looked_at: 0, conversations: 0 };
  let shown = 0;

  function add(match) {
    const row = table.tBodies[0].insertRow();
    const link = document.createElement("a");
    link.className = "kf-link";
    link.href = table.dataset.link.replace("00000000-0000-0000-0000-000000000000", match.conversation);
    link.textContent = new Date(match.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    row.insertCell().append(link);
    row.insertCell().textContent = match.visitor;
    row.insertCell().textContent = match.text;
    if ("says" in table.dataset) row.insertCell().append(...match.says.map(said));
    table.hidden = false;
  }

  // What a reply would have been, with its files; or why nothing would have been sent.
  function said(one) {
    const text = document.createElement("p");
    text.className = one.problem ? "kf-said kf-error" : "kf-said";
    text.textContent = one.problem || [one.text, ...one.files.map((name) => `📎 ${name}`)].join("\n");
    return text;
  }

  let after = "";
  do {
    let step;
    try {
      const answer = await fetch(`${page.dataset.address}&after=${after}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.statusText);
      step = await answer.json();
    } catch {
      summary.textContent = summary.dataset.failed;
      return;
    }
    found.matched += step.matched;
    found.looked_at += step.looked_at;
    found.conversations += step.conversations_matched;
    bar.value = step.after ? bar.value + step.looked_through : bar.max;
    summary.textContent = summary.dataset.words.replace(/\{(\w+)\}/g, (_, name) => found[name]);
    for (const match of step.matches) if (shown++ < 50) add(match);
    after = step.after;
  } while (after);
});
