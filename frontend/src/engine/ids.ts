// UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter so that ids made in one tab keep their order.

let lastMs = 0;
let counter = 0;

export function newId(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  if (now > lastMs) {
    lastMs = now;
    counter = ((random[8]! << 8) | random[9]!) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs++;
    counter = 0;
  }
  const hex =
    lastMs.toString(16).padStart(12, "0") +
    (0x7000 | counter).toString(16) +
    (0x80 | (random[0]! & 0x3f)).toString(16).padStart(2, "0") +
    Array.from(random.subarray(1, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
