/** A mail larger than this is not held (the mail room's bound). */
const MAX_OBJECT = 64 << 20;

/**
 * Reads the answers of `git cat-file --batch` one after the other: the bytes of each object, undefined for one that is
 * missing, null for one that is too large.
 */
export async function* readObjects(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null | undefined> {
  let parts: Buffer[] = [];
  let held = 0;
  /** Bytes of the object that is being read, with the line end after it; -1 while its header is awaited. */
  let wanted = -1;
  let size = 0;
  for await (const chunk of stream) {
    parts.push(chunk);
    held += chunk.length;
    while (wanted < 0 || held >= wanted) {
      let bytes: Buffer = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, held);
      if (wanted < 0) {
        const eol = bytes.indexOf(0x0a);
        parts = [bytes];
        if (eol < 0) break;
        const line = bytes.toString('latin1', 0, eol);
        bytes = bytes.subarray(eol + 1);
        parts = [bytes];
        held = bytes.length;
        const found = /^[0-9a-f]{40,64} [a-z]+ (\d{1,12})$/.exec(line);
        if (!found) {
          yield undefined;
          if (held === 0) break;
          continue;
        }
        size = Number(found[1]);
        wanted = size + 1;
        continue;
      }
      yield size > MAX_OBJECT ? null : Buffer.from(bytes.subarray(0, size));
      bytes = bytes.subarray(wanted);
      parts = [bytes];
      held = bytes.length;
      wanted = -1;
      if (held === 0) break;
    }
    if (size > MAX_OBJECT && wanted > 0 && held > 1 << 20) {
      // Not kept: only its length counts.
      wanted -= held;
      parts = [];
      held = 0;
    }
  }
}
