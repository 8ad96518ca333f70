/**
 * The files that are pasted. Spreadsheets and word processors put a picture beside their text: the text is meant. File
 * managers put the files' names beside the files.
 */
export function filesMeant(files: File[], text: string): File[] {
  return files.every(({ name }) => !text || text.includes(name)) ? files : [];
}
