import type { MailOptions } from '../../src/report/index.ts';
import type { Finding, Letter, Review } from '../../src/review/index.ts';
import { emptyReview, removeStore, richReview, unbindStore } from './fixtures.ts';

const [abba] = richReview.findings;
if (!abba) throw new Error('the fixture has findings');

/** A deadlock that the first patch introduces; nobody has said anything about it. */
export const introduced: Finding = {
  ...abba,
  verdict: 'introduced',
  answered: [],
  paths: [unbindStore, removeStore],
  perPatch: [{ patch: 1, verdict: 'introduced', added: 1, closed: 0, remaining: 1 }],
  remaining: [],
  statistics: { forward: { sites: 37, files: 12 }, reverse: { sites: 0, files: 0 }, remaining: 1, closed: 0 },
  summary:
    'With patch 1/2, unbind_store() takes widget_rescan_lock with device.mutex held, and remove_store() takes them the other way round.',
  notes: [],
};

/** Another one, of the second patch. */
export const missingUnlock: Finding = {
  ...introduced,
  fingerprint: 'missing-unlock:gizmo.lock:gizmo_open',
  kind: 'missing-unlock',
  locks: ['gizmo.lock'],
  introducedBy: 2,
  paths: [
    {
      holds: 'gizmo.lock',
      waits: 'exit',
      chain: [{ function: 'gizmo_open', file: 'drivers/net/gizmo/main.c', line: 310, via: 'entry', slot: null }],
      acquire: { step: 0, call: 'mutex_lock(&gz->lock)', file: 'drivers/net/gizmo/main.c', line: 301 },
      wait: null,
      condition: null,
      instance: 'same',
      assumptions: [],
    },
  ],
  statistics: { forward: { sites: 0, files: 0 }, reverse: { sites: 0, files: 0 }, remaining: 1, closed: 0 },
  summary: 'With patch 2/2, gizmo_open() returns with gizmo.lock held when the port is gone.',
  diagram: '',
  quote: {
    patch: 2,
    file: 'drivers/net/gizmo/main.c',
    header: '@@ -301,6 +301,8 @@ static int gizmo_open(struct net_device *dev)',
    line: 306,
    lines: [' 	mutex_lock(&gz->lock);', '+	if (!gz->port)', '+		return -ENODEV;'],
  },
};

export function reviewWith(...findings: readonly Finding[]): Review {
  return { ...richReview, findings, coverage: emptyReview.coverage };
}

const ada = { name: 'Ada Coder', email: 'ada@example.org' };
const list = { name: '', email: 'linux-widget@lists.example.org' };

function letter(patch: number, id: string, subject: string): Letter {
  return {
    patch,
    messageId: id,
    subject,
    from: ada,
    to: [list],
    cc: [{ name: 'Rex Viewer', email: 'rex@example.org' }, ada],
    date: '2026-01-02T10:00:00.000Z',
    references: patch === 0 ? [] : ['20260102.cover-v3@example.org'],
    telling: {},
  };
}

export const letters: readonly Letter[] = [
  letter(0, '20260102.cover-v3@example.org', '[PATCH v3 0/2] widget: Fix port removal races'),
  letter(1, '20260102.1-v3@example.org', '[PATCH v3 1/2] widget/ports: Take the rescan lock while ports are deleted'),
  letter(2, '20260102.2-v3@example.org', '[PATCH v3 2/2] widget: Unbind the driver before removal'),
];

export const options: MailOptions = {
  from: { name: 'abbot', email: 'abbot@abbot.example.org' },
  mode: 'list',
  past: [],
  evenAnswered: false,
};
