import { type HeaderTable, headerTable, rawHeader, readHeaders } from './headers.ts';

/** A leaf of the MIME tree, still encoded. */
export interface Part {
  readonly headers: HeaderTable;
  /** Bytes of the header block, and of the body, as they stand in the mail. */
  readonly block: Buffer;
  readonly body: Buffer;
  /** Subtype of the multipart that holds it (`alternative`), or null at the top. */
  readonly within: string | null;
}

/** A mail or a part of one, split where its headers end. */
interface Entity {
  readonly block: Buffer;
  readonly body: Buffer;
}

const EMPTY_LINE = Buffer.from('\n\n');
const EMPTY_CRLF = Buffer.from('\n\r\n');
const MAX_DEPTH = 32;
const MAX_PARTS = 1000;

/** A parameter of a structured header (`charset`, `boundary`), unquoted, or null. */
export function parameter(value: string | null, name: string): string | null {
  const m = value && new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;"]+))`, 'i').exec(value);
  return m ? (m[1] ?? m[2] ?? null) : null;
}

/** The lower-case media type of a part; what is not said is text/plain. */
export function mediaType(headers: HeaderTable): string {
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(rawHeader(headers, 'content-type') ?? '');
  return type ? type[0].toLowerCase() : 'text/plain';
}

/**
 * Splits a mail into its leaf parts without decoding them. The tree is walked here and the decoding of each leaf is
 * left to postal-mime, because the charset and format=flowed must be judged on the bytes of each part.
 */
export function leafParts(whole: Entity, top: HeaderTable): { parts: Part[]; defects: string[] } {
  const parts: Part[] = [];
  const defects = new Set<string>();
  const walk = ({ block, body }: Entity, known: HeaderTable | null, within: string | null, depth: number): void => {
    const headers = known ?? headerTable(readHeaders(block.toString('latin1').replaceAll('\r', '')).headers);
    const type = mediaType(headers);
    const boundary = type.startsWith('multipart/') ? parameter(rawHeader(headers, 'content-type'), 'boundary') : null;
    if (boundary === null || depth >= MAX_DEPTH) {
      if (type.startsWith('multipart/'))
        defects.add(boundary === null ? 'multipart without a boundary' : 'multipart nested too deep');
      parts.push({ headers, block, body, within });
      return;
    }
    const split = splitAtBoundary(body, boundary);
    if (!split.closed) defects.add('multipart without its closing boundary; the mail may be cut off');
    for (const child of split.children) {
      if (parts.length >= MAX_PARTS) defects.add(`more than ${MAX_PARTS} parts; the rest was left out`);
      else walk(splitHeaderBlock(child), null, type.slice('multipart/'.length), depth + 1);
    }
  };
  walk(whole, top, null, 0);
  return { parts, defects: [...defects] };
}

/** Splits at the first empty line; without one everything is header. */
export function splitHeaderBlock(entity: Buffer): Entity {
  if (entity[0] === 0x0a) return { block: entity.subarray(0, 0), body: entity.subarray(1) };
  if (entity[0] === 0x0d && entity[1] === 0x0a) return { block: entity.subarray(0, 0), body: entity.subarray(2) };
  const bare = entity.indexOf(EMPTY_LINE);
  // Searched only before the other kind of empty line.
  const crlf = (bare < 0 ? entity : entity.subarray(0, bare)).indexOf(EMPTY_CRLF);
  if (crlf >= 0) return { block: entity.subarray(0, crlf + 1), body: entity.subarray(crlf + 3) };
  if (bare >= 0) return { block: entity.subarray(0, bare + 1), body: entity.subarray(bare + 2) };
  return { block: entity, body: entity.subarray(entity.length) };
}

function splitAtBoundary(body: Buffer, boundary: string): { children: Buffer[]; closed: boolean } {
  const mark = Buffer.from(`--${boundary}`, 'latin1');
  const children: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    const eol = body.indexOf(0x0a, at);
    const rest = body
      .toString('latin1', at + mark.length, Math.min(eol < 0 ? body.length : eol, at + mark.length + 80))
      .trim();
    if (rest !== '' && rest !== '--') continue;
    if (start >= 0) children.push(body.subarray(start, lineEndBefore(body, at)));
    if (rest === '--') return { children, closed: true };
    start = eol < 0 ? body.length : eol + 1;
  }
  if (start >= 0) children.push(body.subarray(start));
  return { children, closed: false };
}

/** The line break before a boundary belongs to the boundary (RFC 2046, 5.1.1). */
function lineEndBefore(body: Buffer, at: number): number {
  if (at >= 2 && body[at - 2] === 0x0d) return at - 2;
  return Math.max(at - 1, 0);
}
