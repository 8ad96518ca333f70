// Rows of actions and conditions (agents/admin/rows.py): shows the controls that the choice of a row needs, adds, removes
// and moves rows. The order of the rows is the order of their numbers in the names of their controls.
(() => {
  // Comparisons of each kind of field, and those that compare with nothing.
  const NOTHING = ["empty", "filled"];
  const KINDS = {
    text: ["equal", "not_equal", "contains", "not_contains", "begins", "words", ...NOTHING],
    number: ["equal", "at_least", "at_most", ...NOTHING],
    flag: ["equal"],
    queue: ["equal", "not_equal", ...NOTHING],
    agent: ["equal", "not_equal", ...NOTHING],
    tag: ["has", "has_not", ...NOTHING],
    skill: ["has", "has_not", ...NOTHING],
    status: ["equal", "not_equal"],
    close_reason: ["equal", "not_equal"],
  };
  const control = (row, name) => row.querySelector(`[data-control="${name}"]`);

  function show(row, first) {
    const choice = control(row, first).value;
    const is = control(row, "is");
    let shown = "";
    for (const box of row.querySelectorAll("[data-for]")) {
      box.hidden = !choice || !box.dataset.for.split(" ").includes(choice);
      const inside = box.querySelector("[data-control]");
      if (!box.hidden && inside && "value" in box.dataset) shown = inside.dataset.control;
    }
    // A canned reply stands in for the text.
    const canned = control(row, "canned");
    if (canned && choice === "reply.send") control(row, "text").closest("[data-for]").hidden = canned.value !== "";
    if (!is) return;
    is.closest(".kf-rows-is").hidden = !choice;
    const allowed = KINDS[shown] ?? [];
    for (const option of is.options) option.hidden = option.disabled = !allowed.includes(option.value);
    if (choice && !allowed.includes(is.value)) is.value = allowed[0] ?? "";
    if (NOTHING.includes(is.value)) for (const box of row.querySelectorAll("[data-value]")) box.hidden = true;
  }

  function number(group) {
    [...group.querySelectorAll("ol > [data-row]")].forEach((row, place) => {
      for (const one of row.querySelectorAll("[name]")) {
        one.name = one.name.replace(/-(\d+|__row__)-(?=[a-z_]+$)/, `-${place}-`);
        if (one.id) one.id = `id_${one.name}`;
      }
    });
  }

  function start(group) {
    const first = group.dataset.rows;
    const list = group.querySelector("ol");
    const draw = (row) => show(row, first);
    list.querySelectorAll("[data-row]").forEach(draw);
    group.addEventListener("change", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) draw(row);
    });
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const row = button?.closest("[data-row]");
      if (button?.matches("[data-add]")) {
        const fresh = group.querySelector("template").content.firstElementChild.cloneNode(true);
        list.append(fresh);
        draw(fresh);
        number(group);
        control(fresh, first).focus();
      } else if (row && button.matches("[data-remove]")) {
        row.remove();
        number(group);
        group.querySelector("[data-add]").focus();
      } else if (row && button.matches("[data-up]") && row.previousElementSibling) {
        row.previousElementSibling.before(row);
        number(group);
        button.focus();
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".kf-rows").forEach(start));
})();
