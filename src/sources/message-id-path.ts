import type { MessageId } from '../mail/index.ts';

/** As long as a line of a mail may be (RFC 5322, 2.1.1). */
const MAX_LENGTH = 998;
/** No white space, control characters, brackets or half characters; `%`, `/`, `$` and quotes do occur. */
const STRANGE = /[\s<>\p{Cc}\p{Cs}]/u;

/** The message-id that a text is (with or without angle brackets, `@` possibly escaped as `%40`), or null. */
export function asMessageId(text: string): MessageId | null {
  if (text.length > MAX_LENGTH + 2) return null;
  const bare = text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
  const at = bare.lastIndexOf('@');
  return at > 0 && at < bare.length - 1 && !STRANGE.test(bare) ? (bare as MessageId) : null;
}

/**
 * A message-id as one segment of a URL's path: everything but letters, digits and `-._~@+=` is percent-encoded, so that
 * an id with slashes, dots, quotes or shell characters stays one segment and names nothing else.
 *
 * @example
 * messageIdPath('a/../b?x@example.org' as MessageId); // 'a%2F..%2Fb%3Fx@example.org'
 */
export function messageIdPath(id: MessageId): string {
  return encodeURIComponent(id)
    .replace(/[!'()*]/g, escaped)
    .replace(/%(?:40|2B|3D)/g, decodeURIComponent);
}

/** Undoes `messageIdPath` and what other writers of links do (`%40`, `%2B`); null when the segment is no message-id. */
export function messageIdOfSegment(segment: string): MessageId | null {
  if (segment.length > 3 * MAX_LENGTH) return null;
  try {
    return asMessageId(decodeURIComponent(segment));
  } catch {
    // A lone % is no escape; a few message-ids have one.
    return asMessageId(segment);
  }
}

function escaped(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}
