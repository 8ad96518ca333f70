// What of the clipboard is meant when it holds text and files. Pure.

/**
 * Excel and Word put a picture of the text beside the text: the text is meant. A file manager puts the file's name or
 * address beside the file: the file is.
 */
export function isTextMeant(text: string, names: readonly string[]): boolean {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean);
  return lines.length > 0 && !lines.every((line) => names.some((name) => isNamed(line, name)));
}

const isNamed = (line: string, name: string): boolean => line === name || decoded(line).split(/[/\\]/).at(-1) === name;

function decoded(line: string): string {
  try {
    return decodeURIComponent(line);
  } catch {
    return line;
  }
}
