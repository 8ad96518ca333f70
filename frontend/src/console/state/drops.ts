// Files that are dragged over the page. Dropped where nobody takes them they would take its place: the browser opens them.

/** A picture of the page itself that is dragged: a slip of the hand, which carries its file all the same. */
let isOwn = false;

const holdsFiles = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));

export const carriesFiles = (event: DragEvent): boolean => !isOwn && holdsFiles(event);

function keepOut(event: DragEvent): void {
  const isTaken = event.defaultPrevented || (event.target instanceof HTMLInputElement && event.target.type === "file");
  if (isTaken || !holdsFiles(event)) return;
  event.preventDefault();
  event.dataTransfer!.dropEffect = "none";
}

/** Once, for the whole page. Whoever takes files says so by `preventDefault`. */
export function keepDroppedFilesOut(): void {
  addEventListener("dragstart", () => (isOwn = true), { capture: true });
  // What was dragged may be gone before it is let go, and tells of no end then: the next press does.
  for (const ends of ["dragend", "pointerdown"]) addEventListener(ends, () => (isOwn = false), { capture: true });
  addEventListener("dragover", keepOut);
  addEventListener("drop", keepOut);
}
