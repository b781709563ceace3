import type { Correspondent } from '../review/index.ts';
import { clean } from './clean.ts';

/** RFC 5322 §2.1.1 wants lines of at most 78; an encoded word is at most 75 (RFC 2047 §2). */
const FOLD = 76;
const ENCODED = 42;
/** A mail that goes to more people than this goes to none of them with a purpose. */
const MOST_RECIPIENTS = 60;
const MOST_REFERENCES = 20;

/** A header line, folded; its value is text of ours or made safe by the functions below. */
export function header(name: string, value: string): string {
  const words = value.split(' ');
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of words) {
    if (line.length + 1 + word.length > FOLD && line !== `${name}:`) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

/** Text of a header: encoded words (RFC 2047) where it is not ASCII; no line break of the text gets through. */
export function encodeText(text: string): string {
  const safe = clean(text, 400).replace(/ {2,}/g, ' ').trim();
  if (/^[\x20-\x7e]*$/.test(safe) && !safe.includes('=?')) return safe;
  const words: string[] = [];
  let chunk = '';
  for (const char of safe) {
    if (Buffer.byteLength(chunk + char) > ENCODED) {
      words.push(chunk);
      chunk = '';
    }
    chunk += char;
  }
  return [...words, chunk].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(' ');
}

/** `Ada Coder <ada@example.org>`; null when the address is none that mail could be sent to. */
export function mailbox({ name, email }: Correspondent): string | null {
  if (!isAddress(email)) return null;
  const shown = clean(name, 100).trim();
  if (shown === '') return email;
  if (/^[\w!#$%&'*+/=?^`{|}~ -]+$/.test(shown)) return `${shown} <${email}>`;
  if (/^[\x20-\x7e]*$/.test(shown)) return `"${shown.replace(/["\\]/g, '\\$&')}" <${email}>`;
  return `${encodeText(shown)} <${email}>`;
}

/** An address as people have them: dots and letters, ASCII, of a length that mail servers take (RFC 5321 §4.5.3.1). */
export function isAddress(email: string): boolean {
  return email.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,189})$/.test(email);
}

/** The people without those that have no address and those that come twice or are in `without`. */
export function recipients(
  people: readonly Correspondent[],
  without: readonly string[] = [],
): readonly Correspondent[] {
  const seen = new Set(without.map((email) => email.toLowerCase()));
  const kept: Correspondent[] = [];
  for (const person of people) {
    const key = person.email.toLowerCase();
    if (!isAddress(person.email) || seen.has(key) || kept.length >= MOST_RECIPIENTS) continue;
    seen.add(key);
    kept.push(person);
  }
  return kept;
}

/** An address list, one a line; null for nobody. */
export function addressHeader(name: string, people: readonly Correspondent[]): string | null {
  const boxes = people.map(mailbox).filter((box) => box !== null);
  return boxes.length === 0 ? null : `${name}: ${boxes.join(',\n\t')}`;
}

/** `<id>`, or null for an id that could not stand in a header. */
export function idToken(id: string): string | null {
  return id.length <= 250 && /^[\x21-\x3b\x3d\x3f-\x7e]+$/.test(id) ? `<${id}>` : null;
}

/** The thread up to and with the mail that is answered; of a long one its beginning and its end (RFC 5322 §3.6.4). */
export function references(before: readonly string[], answered: string): string {
  const all = [...before.filter((id) => id !== answered), answered].map(idToken).filter((id) => id !== null);
  const kept = all.length > MOST_REFERENCES ? [...all.slice(0, 1), ...all.slice(1 - MOST_REFERENCES)] : all;
  return kept.join('\n\t');
}
