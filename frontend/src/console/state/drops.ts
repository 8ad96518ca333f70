// Files that are dragged over the page. Dropped where nobody takes them they would take its place: the browser opens them.

export const carriesFiles = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));

function keepOut(event: DragEvent): void {
  const isTaken = event.defaultPrevented || (event.target instanceof HTMLInputElement && event.target.type === "file");
  if (isTaken || !carriesFiles(event)) return;
  event.preventDefault();
  event.dataTransfer!.dropEffect = "none";
}

/** Once, for the whole page. Whoever takes files says so by `preventDefault`. */
export function keepDroppedFilesOut(): void {
  addEventListener("dragover", keepOut);
  addEventListener("drop", keepOut);
}
