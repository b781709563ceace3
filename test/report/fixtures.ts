import {
  type ChainStep,
  drawDiagram,
  type Explanation,
  type Finding,
  type Review,
  type WitnessPath,
} from '../../src/review/index.ts';

// Reviews of a subsystem that does not exist, written by hand: a "widget" bus whose hotplug lock is taken around removal,
// while a driver's remove callback takes it with the device locked.

const entry = (fn: string, file: string, line: number): ChainStep => ({
  function: fn,
  file,
  line,
  via: 'entry',
  slot: null,
});
const call = (fn: string, file: string, line: number): ChainStep => ({
  function: fn,
  file,
  line,
  via: 'call',
  slot: null,
});
const slot = (fn: string, file: string, line: number, through: string): ChainStep => ({
  ...call(fn, file, line),
  via: 'slot',
  slot: through,
});

export const removeStore: WitnessPath = {
  holds: 'widget_rescan_lock',
  waits: 'device.mutex',
  chain: [
    entry('remove_store', 'drivers/widget/sysfs.c', 512),
    call('widget_stop_and_remove_locked', 'drivers/widget/remove.c', 143),
    call('widget_stop_device', 'drivers/widget/remove.c', 98),
    call('widget_stop_dev', 'drivers/widget/remove.c', 41),
    call('device_release_driver', 'drivers/base/dd.c', 1330),
    call('device_release_driver_internal', 'drivers/base/dd.c', 1291),
    call('__device_driver_lock', 'drivers/base/dd.c', 1102),
    call('device_lock', 'include/linux/device.h', 1014),
  ],
  acquire: { step: 1, call: 'widget_lock_rescan', file: 'drivers/widget/remove.c', line: 141 },
  wait: { step: 7, call: 'mutex_lock(&dev->mutex)', file: 'include/linux/device.h', line: 1014 },
  condition: null,
  instance: 'same',
  assumptions: ['the device that is removed is the one that is unbound'],
};

export const unbindStore: WitnessPath = {
  holds: 'device.mutex',
  waits: 'widget_rescan_lock',
  chain: [
    entry('unbind_store', 'drivers/base/bus.c', 218),
    call('device_driver_detach', 'drivers/base/dd.c', 1352),
    call('device_release_driver_internal', 'drivers/base/dd.c', 1294),
    call('__device_release_driver', 'drivers/base/dd.c', 1264),
    call('device_remove', 'drivers/base/dd.c', 555),
    slot('widget_device_remove', 'drivers/widget/driver.c', 467, 'bus_type.remove'),
    slot('gizmo_remove', 'drivers/net/gizmo/main.c', 2911, 'widget_driver.remove'),
    call('widget_disable_ports', 'drivers/widget/ports.c', 702),
    call('ports_del_children', 'drivers/widget/ports.c', 655),
    call('widget_lock_rescan', 'drivers/widget/probe.c', 88),
  ],
  acquire: { step: 2, call: 'device_lock(dev)', file: 'drivers/base/dd.c', line: 1289 },
  wait: null,
  condition: 'CONFIG_WIDGET_PORTS',
  instance: 'same',
  assumptions: ['device_driver.remove is reached through 3 candidates, gizmo_remove among them'],
};

const abba: Finding = {
  fingerprint: 'abba:device.mutex:widget_rescan_lock',
  kind: 'abba',
  verdict: 'new-path',
  reported: true,
  locks: ['widget_rescan_lock', 'device.mutex'],
  introducedBy: 1,
  fixedBy: null,
  perPatch: [
    { patch: 1, verdict: 'new-path', added: 2, closed: 1, remaining: 9 },
    { patch: 2, verdict: 'narrowed', added: 0, closed: 1, remaining: 8 },
  ],
  answered: [
    {
      messageId: '20260102.cover-v3@example.org',
      by: 'Ada Coder',
      quote: 'Note: the hotplug-event case remains a known limitation.',
      verdict: 'known',
    },
    {
      messageId: '20251230.answer@example.org',
      by: 'Rae Viewer',
      quote: 'That one is a false alarm: the port is dead by then.',
      verdict: 'false-alarm',
    },
  ],
  paths: [removeStore, unbindStore],
  remaining: [
    { ...removeStore, chain: [entry('hotplug_work', 'drivers/widget/hotplug.c', 77), ...removeStore.chain.slice(1)] },
  ],
  statistics: { forward: { sites: 37, files: 12 }, reverse: { sites: 1, files: 1 }, remaining: 8, closed: 2 },
  confidence: 0.9,
  summary:
    'Unbinding a driver now takes widget_rescan_lock with device.mutex held, which removal takes the other way round.',
  notes: ['2/2 unbinds the driver first, which orders the two locks for this device.'],
  quote: {
    patch: 1,
    file: 'drivers/widget/ports.c',
    header: '@@ -648,9 +648,12 @@ static void ports_del_children(struct widget *w)',
    line: 653,
    lines: [
      ' {',
      ' 	struct port *port, *next;',
      ' ',
      '+	widget_lock_rescan();',
      ' 	list_for_each_entry_safe(port, next, &w->ports, node)',
    ],
  },
  diagram: drawDiagram(removeStore, unbindStore),
};

/** A series of two patches, third version, with everything a review can say. */
export const richReview: Review = {
  schema: 'abbot.review/1',
  run: '6f1d2c3b4a59',
  program: { version: '0.1.0', rules: 'a1b2c3d4' },
  series: {
    title: 'widget: Fix port removal races',
    version: 3,
    author: { name: 'Ada Coder', email: 'ada@example.org' },
    messageId: '20260102.cover-v3@example.org',
    total: 2,
    complete: true,
    subsystems: ['WIDGET BUS'],
    patches: [
      {
        index: 1,
        title: 'widget/ports: Take the rescan lock while ports are deleted',
        messageId: '20260102.1-v3@example.org',
        patchId: '11'.repeat(20),
        files: ['drivers/widget/ports.c', 'drivers/widget/probe.c'],
        trailers: [{ key: 'Reviewed-by', value: 'Rex Viewer <rex@example.org>' }],
      },
      {
        index: 2,
        title: 'widget: Unbind the driver before removal',
        messageId: '20260102.2-v3@example.org',
        patchId: '22'.repeat(20),
        files: ['drivers/widget/sysfs.c'],
        trailers: [],
      },
    ],
    given: [
      {
        patch: 2,
        key: 'Acked-by',
        value: 'Rex Viewer <rex@example.org>',
        messageId: '20260103.reply@example.org',
      },
    ],
  },
  lineage: {
    versions: [
      {
        version: 1,
        messageId: '20251201.1-v1@example.org',
        title: 'widget/ports: Lock port removal',
        date: '2025-12-01T10:00:00Z',
        evidence: [],
      },
      {
        version: 2,
        messageId: '20251212.cover-v2@example.org',
        title: 'widget: Fix port removal races',
        date: '2025-12-12T10:00:00Z',
        evidence: ['Link: [v1] in the cover letter'],
      },
      {
        version: 3,
        messageId: '20260102.cover-v3@example.org',
        title: 'widget: Fix port removal races',
        date: '2026-01-02T10:00:00Z',
        evidence: ['Link: [v2] in the cover letter', 'same author, 2 of 2 titles'],
      },
    ],
  },
  base: {
    revision: 'v6.12.117',
    how: 'given',
    applied: [
      { patch: 1, file: 'drivers/widget/ports.c', hunk: 1, outcome: 'offset', offset: -12, fuzz: 0 },
      { patch: 1, file: 'drivers/widget/ports.c', hunk: 2, outcome: 'exact', offset: 0, fuzz: 0 },
      { patch: 1, file: 'drivers/widget/probe.c', hunk: 1, outcome: 'fuzz', offset: 4, fuzz: 3 },
      { patch: 2, file: 'drivers/widget/sysfs.c', hunk: 1, outcome: 'exact', offset: 0, fuzz: 0 },
    ],
  },
  findings: [
    abba,
    {
      ...abba,
      fingerprint: 'missing-unlock:gizmo.lock:gizmo_open',
      kind: 'missing-unlock',
      verdict: 'transient',
      reported: true,
      locks: ['gizmo.lock'],
      introducedBy: 1,
      fixedBy: 2,
      perPatch: [
        { patch: 1, verdict: 'introduced', added: 1, closed: 0, remaining: 1 },
        { patch: 2, verdict: 'fixed', added: 0, closed: 1, remaining: 0 },
      ],
      answered: [],
      paths: [
        {
          holds: 'gizmo.lock',
          waits: 'exit',
          chain: [entry('gizmo_open', 'drivers/net/gizmo/main.c', 310)],
          acquire: { step: 0, call: 'mutex_lock(&gz->lock)', file: 'drivers/net/gizmo/main.c', line: 301 },
          wait: null,
          condition: null,
          instance: 'same',
          assumptions: [],
        },
      ],
      remaining: [],
      statistics: { forward: { sites: 0, files: 0 }, reverse: { sites: 0, files: 0 }, remaining: 0, closed: 1 },
      confidence: 0.8,
      summary: 'gizmo_open() returns with gizmo.lock held when the port is gone.',
      notes: [],
      quote: null,
      diagram: '',
    },
  ],
  unlisted: { preExisting: 3, gated: 0, belowThreshold: 1, suppressed: 0 },
  comparison: {
    from: { version: 2, messageId: '20251212.cover-v2@example.org' },
    to: { version: 3, messageId: '20260102.cover-v3@example.org' },
    patches: [
      { from: 1, to: 1, status: 'unchanged', summary: 'widget/ports: Take the rescan lock while ports are deleted' },
      { from: null, to: 2, status: 'new', summary: 'widget: Unbind the driver before removal' },
      { from: 2, to: null, status: 'dropped', summary: 'widget: Document the rescan lock' },
    ],
    claims: [
      {
        text: 'Patch 1/2 unchanged from v2',
        patch: 1,
        verdict: 'supported',
        evidence: 'both have patch-id 111111111111',
      },
      {
        text: 'Patch 2/2: no functional change',
        patch: 2,
        verdict: 'contradicted',
        evidence: 'remove_store() gains a call of device_release_driver()',
      },
      {
        text: 'Rebased on widget/next',
        patch: null,
        verdict: 'not-visible',
        evidence: 'a base is not part of the diff',
      },
    ],
    unmentioned: ['2/2 no longer clears dev->ports in remove_store()'],
    followUp: [
      {
        messageId: '20251213.reply@example.org',
        by: 'Rae Viewer',
        patch: 1,
        quoted: '+	mutex_lock(&widget_rescan_lock);',
        comment: 'Is this lock taken with the device lock held?',
        outcome: 'unchanged',
        evidence: 'the same in v3',
      },
      {
        messageId: '20251213.reply@example.org',
        by: 'Rae Viewer',
        patch: 2,
        quoted: '',
        comment: 'Could device_release_driver() come first, @widget-team?',
        outcome: 'taken-up',
        evidence: '2/2 has it: +device_release_driver(dev);',
      },
    ],
    lockDelta: ['2/2 remove_store(): added device_lock … device_unlock'],
    rangeDiff:
      '1:  1111111 = 1:  1111111 widget/ports: Take the rescan lock while ports are deleted\n2:  3333333 < -:  ------- widget: Document the rescan lock\n-:  ------- > 2:  2222222 widget: Unbind the driver before removal\n',
  },
  coverage: {
    mode: 'tree',
    files: 31842,
    functions: 619398,
    unresolvedCalls: 1204,
    unknownLocks: 87,
    unparsed: ['drivers/widget/odd.h: unbalanced #if arms at line 40'],
    boundsHit: ['widget_rescan_lock → device.mutex: search stopped after 200000 steps'],
    notes: ['drivers/widget/probe.c hunk 1 of 1/2 applied only with fuzz 3: check that it landed in the right place'],
  },
};

/** A review that found nothing, and must say what it could not see. */
export const emptyReview: Review = {
  ...richReview,
  run: '000000000000',
  series: {
    ...richReview.series,
    title: 'widget: Spell a comment right',
    version: 1,
    total: 1,
    patches: richReview.series.patches.slice(1).map((p) => ({ ...p, index: 1 })),
  },
  lineage: { versions: richReview.lineage.versions.slice(0, 1) },
  base: {
    revision: 'v6.12.117',
    how: 'blob-ids',
    applied: [{ patch: 1, file: 'drivers/widget/sysfs.c', hunk: 1, outcome: 'exact', offset: 0, fuzz: 0 }],
  },
  findings: [],
  unlisted: { preExisting: 0, gated: 0, belowThreshold: 0, suppressed: 0 },
  comparison: null,
  coverage: {
    mode: 'tree',
    files: 120,
    functions: 2400,
    unresolvedCalls: 15,
    unknownLocks: 2,
    unparsed: [],
    boundsHit: [],
    notes: [],
  },
};

/** A review without a tree: orders of the diff itself, and no claim beyond it. */
export const diffOnlyReview: Review = {
  ...richReview,
  run: '0d1ff0000000',
  series: { ...richReview.series, complete: false, patches: richReview.series.patches.slice(0, 1) },
  base: { revision: null, how: 'none', applied: [] },
  findings: [],
  unlisted: { preExisting: 0, gated: 0, belowThreshold: 0, suppressed: 0 },
  coverage: {
    mode: 'diff-only',
    files: 2,
    functions: 5,
    unresolvedCalls: 11,
    unknownLocks: 1,
    unparsed: [],
    boundsHit: [],
    notes: ['kinds that need a whole function (missing-unlock and its like) are off'],
  },
};

export const explanation: Explanation = {
  locks: ['widget_rescan_lock', 'device.mutex'],
  forward: [removeStore],
  reverse: [unbindStore],
  statistics: { forward: { sites: 37, files: 12 }, reverse: { sites: 1, files: 1 } },
  coverage: richReview.coverage,
};
