// The files of a form (agents/admin/files.py): names those that were chosen, and says before they are sent when they are too
// many or too large: the server breaks off a request that is longer than the largest upload.
(() => {
  // As Django writes them for the files that are there.
  const UNITS = ["B", "KB", "MB", "GB"];

  function sizeOf(bytes) {
    const step = Math.min(UNITS.length - 1, bytes ? Math.floor(Math.log(bytes) / Math.log(1024)) : 0);
    return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${UNITS[step]}`;
  }

  function problemOf(group, chosen) {
    const { maxCount, maxBytes, tooMany, tooLarge, tooMuch } = group.dataset;
    const kept = group.querySelectorAll("input[type=checkbox]:not(:checked)").length;
    if (kept + chosen.length > Number(maxCount)) return tooMany;
    const large = chosen.find((file) => file.size > Number(maxBytes));
    if (large) return `${large.name}: ${tooLarge}`;
    const total = chosen.reduce((sum, file) => sum + file.size, 0);
    return total > Number(maxBytes) ? tooMuch : "";
  }

  function start(group) {
    const input = group.querySelector("input[type=file]");
    const list = group.querySelector("[data-chosen]");
    const said = group.querySelector("[data-problem]");
    function draw() {
      const chosen = [...input.files];
      list.replaceChildren(
        ...chosen.map((file) => {
          const row = document.createElement("li");
          const size = document.createElement("small");
          size.textContent = sizeOf(file.size);
          row.append(file.name, " ", size);
          return row;
        }),
      );
      list.hidden = !chosen.length;
      said.textContent = problemOf(group, chosen);
      said.hidden = !said.textContent;
    }
    // Before the theme's own listener, which looks for a text field beside each place for files and fails without one.
    const caught = (event) => {
      if (event.target === input) event.stopPropagation();
      draw();
    };
    group.addEventListener("change", caught, true);
    input.form.addEventListener("submit", (event) => {
      if (said.hidden) return;
      event.preventDefault();
      input.focus();
    });
    draw();
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-files]").forEach(start));
})();
