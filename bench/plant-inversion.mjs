// Writes C that takes two locks of a tree in a given order, as a patch would, with the first held one, two or three calls
// above the second. Locks are spelled from their class names; a class that plain C cannot name here gives null.

/** How a lock of a family is taken and released. */
const CALLS = new Map(
  Object.entries({
    mutex: ['mutex_lock', 'mutex_unlock'],
    rt_mutex: ['rt_mutex_lock', 'rt_mutex_unlock'],
    spinlock: ['spin_lock', 'spin_unlock'],
    raw_spinlock: ['raw_spin_lock', 'raw_spin_unlock'],
    rwlock: ['write_lock', 'write_unlock'],
    rwsem: ['down_write', 'up_write'],
    semaphore: ['down', 'up'],
    percpu_rwsem: ['percpu_down_write', 'percpu_up_write'],
    seqlock: ['write_seqlock', 'write_sequnlock'],
  }),
);

/** Prefix of all names written here. */
export const PLANTED = 'abbot_planted';

/**
 * A chain of new functions at the end of a file: the top one holds `first`, the last one takes `second`, `calls` calls
 * below; both are `{ text, family }`. With `existing`, the name of a function of the tree that takes `second` `existing.calls` calls below itself, the
 * rest of the way is the tree's own.
 */
export function plantedText(first, second, calls, existing = null) {
  const outer = lockText(first, 'a');
  const inner = lockText(second, 'b');
  if (!outer || !inner) return null;
  const own = calls - (existing ? existing.calls + 1 : 0);
  const lines = [];
  const parameters = inner.parameter ?? 'int unused';
  const pass = inner.parameter ? 'b' : '0';
  const name = (depth) => `${PLANTED}_${depth}`;
  const call = (depth) => (existing && depth > own ? `${existing.name}(0);` : `${name(depth)}(${pass});`);
  for (let depth = existing ? own : calls; depth >= 1; depth--) {
    const body = depth === calls && !existing ? `${inner.take}\n\t${inner.release}` : call(depth + 1);
    lines.push('', `static void ${name(depth)}(${parameters})`, '{', `\t${body}`, '}');
  }
  const top = [outer.parameter, inner.parameter].filter(Boolean).join(', ') || 'void';
  lines.push('', `void ${PLANTED}(${top})`, '{', `\t${outer.take}`, `\t${call(1)}`, `\t${outer.release}`, '}', '');
  return lines.join('\n');
}

/** Spelling of a class as an object: its parameter (null for a global) and the two calls. */
function lockText({ text, family }, variable) {
  const calls = CALLS.get(family);
  const bare = text.replace(/^[^:]*\/[^:]*:/, '');
  const [owner, inner] = bare.includes(':') ? bare.split(':') : [bare, null];
  if (!calls || !/^[\w.]+$/.test(owner) || (inner !== null && !/^\w+\.\w+$/.test(inner))) return null;
  const dot = owner.indexOf('.');
  const object = dot < 0 ? owner : `${variable}->${owner.slice(dot + 1)}`;
  const place = inner === null ? object : `${object}.${inner.split('.')[1]}`;
  return {
    parameter: dot < 0 ? null : `struct ${owner.slice(0, dot)} *${variable}`,
    take: `${calls[0]}(&${place});`,
    release: `${calls[1]}(&${place});`,
  };
}
