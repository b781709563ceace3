import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReviewRequest } from '../../src/review/index.ts';

/** A request for a review without cache and progress. */
export function request(more: Partial<ReviewRequest> & Pick<ReviewRequest, 'inputs'>): ReviewRequest {
  return {
    tree: null,
    base: null,
    ruleDirs: [],
    today: '2026-01-31',
    cacheDir: null,
    workers: 1,
    onProgress: () => {},
    pick: null,
    all: false,
    version: '0.1.0',
    ...more,
  };
}

/** A folder with files, gone after the test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'abbot-review-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

interface MailParts {
  /** What stands in the brackets: `PATCH v2 1/2`. */
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** Minutes after midnight of 1 January 2026. */
  readonly minute?: number;
  readonly replyTo?: string;
}

/** The message-id of a mail that `mails` makes. */
export const idOf = (tag: string, title: string): string =>
  `${`${tag} ${title}`.toLowerCase().replace(/[^a-z0-9]+/g, '-')}@example.org`;

/** An mbox of mails by one author. */
export function mails(...parts: readonly MailParts[]): string {
  return parts
    .map(({ tag, title, body, minute = 0, replyTo }) =>
      [
        'From mboxrd@z Thu Jan  1 00:00:00 1970',
        `Message-ID: <${idOf(tag, title)}>`,
        'From: Ada Coder <ada@example.org>',
        `Date: Thu, 01 Jan 2026 00:${String(minute).padStart(2, '0')}:00 +0000`,
        ...(replyTo ? [`In-Reply-To: <${replyTo}>`] : []),
        `Subject: [${tag}] ${title}`,
        '',
        body,
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** A diff of one hunk at the head of a file; lines carry their marker. */
export function hunk(path: string, lines: readonly string[], section = ''): string {
  const count = (other: string): number => lines.filter((line) => !line.startsWith(other)).length;
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,${count('+')} +1,${count('-')} @@${section ? ` ${section}` : ''}\n${lines.map((line) => `${line}\n`).join('')}`;
}
