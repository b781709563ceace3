import type { MessageId, ReadItem } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { type Address, parseAddress } from './address.ts';
import { collectFrom, collectVersions } from './collect-versions.ts';
import { readCommitRange } from './commit-range.ts';
import { fetchPull, type GitHubPlace } from './github-pull.ts';
import type { HttpClient } from './http-client.ts';
import { fetchPatchworkMail, fetchPatchworkSeries } from './patchwork.ts';

/** What gathering needs to know. */
export interface GatherRequest {
  /** As given by a person: links, message-ids, ranges, files, `-`. */
  readonly inputs: readonly string[];
  readonly client: HttpClient;
  /** The archive that bare message-ids are looked up in (`https://lore.kernel.org`). */
  readonly inbox: string;
  /** Folder of the repository that ranges are of. */
  readonly repository: string;
  /** Requests that may be spent on earlier versions of one series. */
  readonly budget: number;
  readonly exists: (path: string) => boolean;
  /** Left out, pull requests are not served. */
  readonly github?: GitHubPlace;
}

/** What the inputs led to. */
export interface Gathered {
  /** Files, folders and `-`, for the mail room to read. */
  readonly paths: readonly string[];
  /** Mails that were fetched. */
  readonly items: readonly ReadItem[];
  /** What was fetched, and what was looked for in vain, one line each. */
  readonly notes: readonly string[];
  /** The mail that was named, when there is just one: its series is what the person means. */
  readonly wanted: MessageId | null;
  /** Pairs of mails that begin versions of one series, known from elsewhere than the mails. */
  readonly link: readonly (readonly [string, string])[];
}

/** The folder of a public-inbox server on which it keeps the mails of all its lists. */
const ALL = 'all';

/**
 * Brings the mails of every input that is no file: threads of list archives with the earlier versions of their series,
 * series of patchwork, ranges of commits. Fails with the codes of `source/` and `input/` when an input leads nowhere.
 *
 * @example
 * const gathered = await gather({ ...request, inputs: ['https://lore.kernel.org/linux-pci/1-a@example.org/'] });
 */
export async function gather(request: GatherRequest): Promise<Outcome<Gathered>> {
  const paths: string[] = [];
  const items: ReadItem[] = [];
  const notes: string[] = [];
  const link: (readonly [string, string])[] = [];
  const wanted = new Set<MessageId>();
  for (const input of request.inputs) {
    const address = parseAddress(input, request.exists);
    if (!address.ok) return address;
    const place = pathOf(address.value);
    if (place !== null) {
      paths.push(place);
      continue;
    }
    const part = await gatherOne(address.value, request);
    if (!part.ok) return part;
    items.push(...part.value.items);
    notes.push(...part.value.notes);
    link.push(...(part.value.link ?? []));
    if (part.value.wanted !== null) wanted.add(part.value.wanted);
  }
  const [only] = wanted;
  return ok({ paths, items, notes, wanted: wanted.size === 1 && only ? only : null, link });
}

function pathOf(address: Address): string | null {
  if (address.kind === 'stdin') return '-';
  return address.kind === 'path' ? address.path : null;
}

type Part = Pick<Gathered, 'items' | 'notes' | 'wanted'> & Partial<Pick<Gathered, 'link'>>;

async function gatherOne(address: Address, request: GatherRequest): Promise<Outcome<Part>> {
  const { client, inbox, repository, budget } = request;
  switch (address.kind) {
    case 'mail': {
      const place = { inbox: secured(address.inbox ?? inbox, client), list: address.list };
      const collected = await collectFrom(client, place, address.messageId, budget);
      return collected.ok ? ok({ ...collected.value, wanted: address.messageId }) : collected;
    }
    case 'patchwork-series':
    case 'patchwork-mail': {
      const server = secured(address.server, client);
      const series =
        address.kind === 'patchwork-series'
          ? await fetchPatchworkSeries(client, server, address.id)
          : await fetchPatchworkMail(client, server, address.part, address.messageId ?? address.id ?? 0);
      if (!series.ok) return series;
      const { items, notes, messageId } = series.value;
      const earlier = await collectVersions(client, { inbox, list: ALL }, items, messageId, budget);
      return ok({ items: earlier.items, notes: [...notes, ...earlier.notes], wanted: messageId });
    }
    case 'range': {
      const items = await readCommitRange(repository, address.from, address.to);
      if (!items.ok) return items;
      const count = items.value.filter((item) => item.ok).length;
      return ok({
        items: items.value,
        notes: [`read ${count} commits of ${address.from}..${address.to}`],
        wanted: null,
      });
    }
    case 'github-pull': {
      const { owner, repo, number } = address;
      if (request.github) return fetchPull(client, request.github, owner, repo, number);
      return fail('source/not-served', `${owner}/${repo}#${number} is a pull request, and GitHub is not configured`);
    }
    case 'list':
      return fail(
        'source/address',
        `${address.inbox}/${address.list}/ is a whole list`,
        undefined,
        'give the link of one mail of it, or follow the list with `abbot watch add`',
      );
    default:
      return ok({ items: [], notes: [], wanted: null });
  }
}

/** A link that was written with http goes to the https server where only that one is on the list. */
function secured(base: string, { hosts }: HttpClient): string {
  const safe = base.replace(/^http:/, 'https:');
  const listed = (address: string) => hosts.origins.includes(new URL(address).origin);
  return !listed(base) && listed(safe) ? safe : base;
}
