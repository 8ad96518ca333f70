// UUIDv7 (RFC 9562): 48 bits of milliseconds, the rest random. Ids made in one tab keep their order: each has a
// millisecond of its own, be it one that is still to come.

let last = 0;

export function newId(now: number = Date.now()): string {
  last = Math.max(now, last + 1);
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16).padStart(2, "0"));
  const random = bytes.join("");
  const hex = `${last.toString(16).padStart(12, "0")}7${random.slice(0, 3)}8${random.slice(3)}`;
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
