const LIMIT = 0x40000000;

/**
 * Value of an integer literal between two places of a file: decimal, octal, hexadecimal or binary, with C's suffixes.
 * -1 when it is no integer or does not fit 30 bits.
 */
export function readNumber(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  while (stop > start && isSuffix(bytes[stop - 1] as number)) stop--;
  let at = start;
  let base = 10;
  if (bytes[at] === 48 && stop - at > 1) {
    const mark = (bytes[at + 1] as number) | 32;
    base = mark === 120 ? 16 : mark === 98 ? 2 : 8;
    at += base === 8 ? 1 : 2;
    if (at === stop) return -1;
  }
  let value = 0;
  for (; at < stop; at++) {
    const digit = digitOf(bytes[at] as number);
    if (digit >= base) return -1;
    value = value * base + digit;
    if (value >= LIMIT) return -1;
  }
  return value;
}

function isSuffix(c: number): boolean {
  return (c | 32) === 117 || (c | 32) === 108;
}

function digitOf(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}
