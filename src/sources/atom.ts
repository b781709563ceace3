import { Parser } from 'htmlparser2';
import type { MessageId } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { messageIdOfSegment } from './message-id-path.ts';

/** One mail as a feed of public-inbox announces it. */
export interface FeedEntry {
  readonly messageId: MessageId;
  readonly title: string;
  readonly author: { readonly name: string; readonly email: string };
  /** When the archive received it, ISO 8601; null when it cannot be read. */
  readonly updated: string | null;
  readonly inReplyTo: MessageId | null;
}

/** Entries that are read of one feed; public-inbox sends 200 at most. */
const MAX_ENTRIES = 1000;
/** The texts that are wanted, by the path of their elements below the entry. */
const TEXTS: Readonly<Record<string, 'title' | 'updated' | 'name' | 'email'>> = {
  title: 'title',
  updated: 'updated',
  'author/name': 'name',
  'author/email': 'email',
};

/**
 * Reads the entries of an Atom feed (RFC 4287, in-reply-to of RFC 4685) as public-inbox writes it, newest first as they
 * stand there. Their contents are passed over. Fails with `source/malformed` when it is no whole feed.
 *
 * @example
 * const feed = parseFeed(xml, 'lore.kernel.org');
 * if (feed.ok) console.log(feed.value.map((entry) => entry.title));
 */
export function parseFeed(xml: string, host: string): Outcome<FeedEntry[]> {
  const entries: FeedEntry[] = [];
  const path: string[] = [];
  let whole = false;
  let draft = emptyDraft();
  let lost = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        path.push(name);
        if (path.length === 2 && name === 'entry') draft = emptyDraft();
        if (path.length !== 3 || path[1] !== 'entry') return;
        if (name === 'link') draft.messageId ??= idOfLink(attributes['href']);
        if (name === 'thr:in-reply-to') draft.inReplyTo ??= idOfLink(attributes['href']);
      },
      ontext(text) {
        if (path[1] !== 'entry' || path.length > 4) return;
        const field = TEXTS[path.slice(2).join('/')];
        if (field !== undefined && draft[field].length < 4096) draft[field] += text;
      },
      onclosetag() {
        const name = path.pop();
        if (path.length === 0 && name === 'feed') whole = true;
        if (path.length !== 1 || name !== 'entry' || entries.length >= MAX_ENTRIES) return;
        const { messageId, inReplyTo, title, updated, email } = draft;
        if (messageId === null) lost++;
        else
          entries.push({
            messageId,
            inReplyTo,
            title: title.replace(/\s+/g, ' ').trim(),
            updated: isoDate(updated.trim()),
            author: { name: draft.name.trim(), email: email.trim() },
          });
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(xml);
  // `end()` would close what is open; a feed that was cut off must not look whole.
  if (!whole) return fail('source/truncated', `the feed of ${host} is cut off`);
  if (lost > 0 && entries.length === 0)
    return fail('source/malformed', `no entry of the feed of ${host} names its mail`);
  return ok(entries);
}

function emptyDraft() {
  return {
    messageId: null as MessageId | null,
    inReplyTo: null as MessageId | null,
    title: '',
    updated: '',
    name: '',
    email: '',
  };
}

function idOfLink(href: string | undefined): MessageId | null {
  if (href === undefined || !URL.canParse(href)) return null;
  const segments = new URL(href).pathname.split('/');
  return segments.map(messageIdOfSegment).find((id) => id !== null) ?? null;
}

function isoDate(text: string): string | null {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}
