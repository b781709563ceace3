import { z } from 'zod';
import { nearest } from './nearest.ts';

/** The `schema:` line of every rule file. */
export const RULES_FORMAT = 'abbot.rules/1';

/** An object that refuses unknown keys, naming the nearest known one. */
function closed<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const told = issue.keys.map((wrong) => {
        const near = nearest(wrong, known);
        return `unknown key '${wrong}'\n${near ? `write '${near}'` : `use one of: ${known.join(', ')}`}`;
      });
      return told.join('\n');
    },
  });
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const identifier = z.string().max(120).regex(IDENTIFIER, 'not a C identifier\nwrite the bare name, without () or &');

const lockClass = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\s]+$/, 'a lock class has no spaces\nwrite tag.field or the name of the global lock');
const names = z.union([identifier, z.array(identifier).min(1)]).describe('One name, or several that share this entry.');
const arg = z.int().min(0).max(15);
const because = z.string().min(1).max(500).describe('Why this entry is here; shown with a finding that rests on it.');
const context = z.enum([
  'process',
  'softirq',
  'hardirq',
  'atomic',
  'work',
  'timer',
  'kthread',
  'threaded-irq',
  'rcu-callback',
  'init',
  'exit',
]);
const mode = z.enum(['exclusive', 'shared', 'recursive-read']);
const success = z
  .enum(['always', 'zero', 'nonzero', 'nonnull', 'non-error-pointer', 'non-negative'])
  .describe('Which return value means that the lock was taken.');
const slot = z
  .string()
  .max(160)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+$/,
    'not a slot\nwrite struct_tag.field, as in work_struct.func',
  );

const call = z.union([
  identifier,
  closed({
    name: names,
    arg: arg.optional().describe('Argument that names the lock, from 0.'),
    class: lockClass
      .optional()
      .describe('The lock class when no argument names it; {0} stands for the class of argument 0.'),
    field: z
      .string()
      .max(120)
      .optional()
      .describe('Field appended to what the argument names: sk_lock in lock_sock(sk).'),
    success: success.optional(),
    subclass: arg.optional().describe('Argument with the lockdep subclass.'),
    nest: arg
      .optional()
      .describe('Argument with the lock, or acquire context, under which this one may nest in itself.'),
    'try-arg': arg.optional().describe('Argument that, unless it is 0, makes this a trylock.'),
    irq: z.enum(['none', 'disable', 'enable', 'save', 'restore']).optional(),
    bh: z.enum(['none', 'disable', 'enable']).optional(),
    preempt: z.enum(['none', 'disable', 'enable']).optional().describe('Whether preemption goes off or on.'),
    sleeps: z.boolean().optional(),
    callback: arg.optional().describe('Argument with a function that is called while the lock is held.'),
    because: because.optional(),
    since: z
      .string()
      .regex(/^\d+\.\d+$/, "not a release\nwrite it quoted, as in '6.15'")
      .optional(),
  }),
]);
const calls = z.array(call);

const operations = {
  acquire: calls.optional(),
  try: calls.optional().describe('Trylocks; they return nonzero on success unless the entry says otherwise.'),
  release: calls.optional(),
  assert: calls.optional().describe('Calls that say that the lock is held.'),
  downgrade: calls.optional(),
  'drop-retake': calls.optional().describe('Calls that let go of the held lock and take it back.'),
  wait: calls.optional().describe('Calls that order like an acquisition but hold nothing.'),
  query: calls.optional(),
  init: calls.optional(),
};

const family = closed({
  about: z.string().max(500).optional(),
  types: z.array(z.string().max(120)).optional().describe('C types of the lock, as in `struct mutex`.'),
  definers: z
    .array(identifier)
    .optional()
    .describe('Macros that define one at file level, its name being the first argument.'),
  sleeps: z.boolean().optional().describe('Acquiring may sleep. Default: no.'),
  atomic: z.boolean().optional().describe('Who holds one may not sleep. Default: no.'),
  ownerless: z.boolean().optional().describe('Another task may release it. Default: no.'),
  'backs-off': z.boolean().optional().describe('Acquiring fails rather than hangs. Default: no.'),
  annotation: z.boolean().optional().describe('Only notes to lockdep. Default: no.'),
  arg: arg.optional().describe('Argument that names the lock. Default: 0.'),
  class: lockClass.optional(),
  field: z.string().max(120).optional(),
  mode: mode.optional().describe('Default: exclusive.'),
  because: because.optional(),
  ...operations,
  shared: closed(operations).optional().describe('The same operations on the read side.'),
  'recursive-read': closed(operations).optional().describe('The read side that may nest in itself.'),
});

const guard = closed({
  family: identifier,
  style: z.enum(['class', 'macro-scope', 'macro-block']).optional(),
  mode: mode.optional(),
  arg: arg.optional(),
  class: lockClass.optional(),
  field: z.string().max(120).optional(),
  success: success.optional().describe('For conditional guards: nonnull. Default: always.'),
  irq: z.enum(['none', 'disable', 'save']).optional(),
  bh: z.enum(['none', 'disable']).optional(),
});

const transparent = closed({
  name: names,
  is: z.enum(['value', 'container-of', 'per-cpu', 'member']),
  arg: arg.optional().describe('The argument it returns, or points into. Default: 0.'),
  type: arg.optional().describe('container-of: the argument with the type. Default: 1.'),
  member: arg.optional().describe('container-of, member: the argument with the field. Default: 2, and 1.'),
  'type-is': z.enum(['type', 'pointer']).optional().describe('Whether that argument is a type or a variable of it.'),
});

const registration = closed({
  name: names,
  fn: arg.describe('Argument with the callback.'),
  object: z
    .union([arg, z.literal('result')])
    .optional()
    .describe('Argument with the object that owns it, or result.'),
  context,
  wait: identifier.optional().describe('Prefix of the class that waits for it name: work, timer, irq.'),
  slot: slot.optional(),
  also: z.array(closed({ fn: arg, context, slot: slot.optional() })).optional(),
});

const sleeper = closed({
  name: names,
  'unless-zero': arg.optional().describe('Sleeps unless this argument is the constant 0.'),
  'only-if': arg.optional().describe('Sleeps only if this argument is known to be true.'),
  because,
});

const contextTest = closed({
  name: names,
  means: z.enum(['may-sleep', 'atomic']).describe('What it means when the call returns true.'),
});

const callbackShape = closed({
  params: z
    .array(z.union([identifier, z.null()]))
    .min(1)
    .max(8)
    .describe('For each parameter the struct it points to; null for one that may be anything.'),
  returns: z.string().max(120).optional().describe('Type that it returns, as in `enum hrtimer_restart`.'),
  context,
  because,
});

const slotContext = closed({
  slot: z.union([slot, z.array(slot).min(1)]),
  context: z.union([context, z.array(context).min(1)]),
  because,
});

const slotFollows = closed({ slot: z.union([slot, z.array(slot).min(1)]), follows: slot, because });

const objectRegistration = closed({
  name: names,
  object: arg.describe('Argument with the object in which the callback stands.'),
  field: identifier.describe('Field of the object that holds the callback.'),
  context,
});

const handover = closed({
  name: names,
  of: identifier.describe('Prefix of the classes of such objects: work, notifier.'),
  object: arg.describe('Argument with the object.'),
  on: arg.describe('Argument with what it is handed to.'),
  field: identifier.optional().describe('The lock in there that is held around the callbacks.'),
  wait: identifier.optional().describe('Prefix of the class that waits for all of them: workqueue.'),
  because,
});

const hub = closed({
  name: names,
  acquires: z.array(lockClass).optional().describe('What it may take, as far as it matters to its callers.'),
  when: closed({ arg, names: z.array(identifier).min(1) })
    .optional()
    .describe('Only where this argument names one of these.'),
  because,
});

const repoPath = z
  .string()
  .min(1)
  .max(300)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    'leaves the tree\nwrite a path relative to the root of the tree',
  );

/** One rule file: every section is optional, so that a user can keep one file or many. */
export const rulesFile = closed({
  schema: z.literal(RULES_FORMAT, {
    error: () => `not a rule format this program reads\nwrite schema: ${RULES_FORMAT}`,
  }),
  about: z.string().max(1000).optional().describe('What this file is for.'),
  replaces: z.boolean().optional().describe('Entries here replace those of the same name in rules loaded before.'),
  locks: z.record(identifier, family).optional().describe('Lock families and their calls.'),
  guards: z.record(identifier, guard).optional().describe('Scope guards: guard(NAME)(lock).'),
  containers: z
    .array(identifier)
    .optional()
    .describe('Struct tags whose locks are classed by the field that embeds them.'),
  transparent: z.array(transparent).optional(),
  slots: z
    .array(
      closed({
        slot: z.union([slot, z.array(slot).min(1)]),
        context: context.optional(),
        held: z.array(lockClass).optional().describe('Classes that every caller of the slot holds.'),
        unbound: z
          .boolean()
          .optional()
          .describe('Its targets wait in a list for objects of their own kind: no chain is walked through it.'),
        binds: identifier
          .optional()
          .describe('Who fills it is a callback of the object around it: notifier, for notifier:foo.nb.'),
        because,
      }),
    )
    .optional(),
  registrations: z.array(registration).optional(),
  'object-registrations': z.array(objectRegistration).optional(),
  'slot-follows': z
    .array(slotFollows)
    .optional()
    .describe('Slots whose targets run with what those of another slot of the same table left held.'),
  'slot-contexts': z
    .array(slotContext)
    .optional()
    .describe('Where the targets of a slot run; chains of calls still pass it.'),
  'callback-shapes': z
    .array(callbackShape)
    .optional()
    .describe('Functions that are callbacks by their parameters, whoever registers them.'),
  sleeps: z.array(sleeper).optional().describe('Calls that may sleep and take no lock that says so.'),
  'sleeping-flags': z.array(identifier).optional().describe('Allocation flags that let the allocator sleep.'),
  'flag-keepers': z.array(identifier).optional().describe('Calls that only keep the flags they are given.'),
  'context-tests': z.array(contextTest).optional().describe('Calls that tell whether sleeping is allowed.'),
  handovers: z.array(handover).optional(),
  hubs: z.array(hub).optional(),
  orders: z
    .array(
      closed({
        order: z.array(lockClass).min(2).describe('Lock classes, the one taken first in front.'),
        because,
        source: z.string().min(1).max(300),
      }),
    )
    .optional(),
  forbidden: z.array(closed({ call: names, holding: lockClass, because })).optional(),
  classes: z
    .array(
      closed({
        class: z.union([lockClass, z.array(lockClass).min(1)]),
        'self-cycle': z.boolean().describe('false: one instance may be taken under another of the same class.'),
        because,
      }),
    )
    .optional(),
  'no-return': z.array(identifier).optional().describe('Functions and macros after which nothing runs.'),
  opaque: z.array(closed({ path: z.union([repoPath, z.array(repoPath).min(1)]), because })).optional(),
  suppressions: z
    .array(
      closed({
        fingerprint: z.string().min(1).max(200).optional(),
        locks: z.array(lockClass).optional(),
        path: repoPath.optional().describe('Only findings with a function under this path.'),
        reason: z.string().min(1).max(500),
        expires: z.iso.date({ error: () => "not a date\nwrite it as '2027-01-31'" }).optional(),
      }),
    )
    .optional(),
});

/** A rule file as parsed, before defaults are filled in. */
export type RulesFile = z.infer<typeof rulesFile>;
export type CallEntry = z.infer<typeof call>;
export type FamilyEntry = z.infer<typeof family>;

/** The JSON Schema that editors use (`schema/rules.schema.json`). */
export function rulesJsonSchema(): unknown {
  return {
    $id: 'rules.schema.json',
    title: 'abbot rules',
    ...z.toJSONSchema(rulesFile, { target: 'draft-7', io: 'input' }),
  };
}
