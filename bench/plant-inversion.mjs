// Writes C that takes two locks of a tree in a given order, as a patch would, with the first held one, two or three calls
// above the second. Locks are spelled from their class names; a class that plain C cannot name here gives null.

/** How a lock of some C type is taken and released. */
const CALLS = new Map(
  Object.entries({
    mutex: ['mutex_lock', 'mutex_unlock'],
    rt_mutex: ['rt_mutex_lock', 'rt_mutex_unlock'],
    spinlock_t: ['spin_lock', 'spin_unlock'],
    spinlock: ['spin_lock', 'spin_unlock'],
    raw_spinlock_t: ['raw_spin_lock', 'raw_spin_unlock'],
    raw_spinlock: ['raw_spin_lock', 'raw_spin_unlock'],
    rwlock_t: ['write_lock', 'write_unlock'],
    rw_semaphore: ['down_write', 'up_write'],
    semaphore: ['down', 'up'],
  }),
);
const STRUCT = 1;

/** Prefix of all names written here. */
export const PLANTED = 'abbot_planted';

/**
 * A chain of new functions at the end of a file: the top one holds `first`, the last one takes `second`, `calls` calls
 * below. With `existing`, the name of a function of the tree that takes `second` `existing.calls` calls below itself, the
 * rest of the way is the tree's own.
 */
export function plantedText(symbols, fileId, first, second, calls, existing = null) {
  const outer = lockText(symbols, fileId, first, 'a');
  const inner = lockText(symbols, fileId, second, 'b');
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
function lockText(symbols, fileId, text, variable) {
  const bare = text.replace(/^[^:]*\/[^:]*:/, '');
  const [owner, inner] = bare.includes(':') ? bare.split(':') : [bare, null];
  if (inner !== null && !/^\w+\.\w+$/.test(inner)) return null;
  const [tag, field, ...more] = owner.split('.');
  if (more.length > 0) return null;
  const place =
    field === undefined
      ? globalPlace(symbols, fileId, tag)
      : fieldPlace(symbols, tag, field, variable);
  if (!place) return null;
  const end = inner === null ? place : within(symbols, place, inner);
  const calls = end && CALLS.get(end.type);
  if (!calls) return null;
  return { parameter: end.parameter, take: `${calls[0]}(&${end.text});`, release: `${calls[1]}(&${end.text});` };
}

function fieldPlace(symbols, tag, field, variable) {
  const type = fieldType(symbols, tag, field);
  return type && { text: `${variable}->${field}`, type, parameter: `struct ${tag} *${variable}` };
}

function globalPlace(symbols, fileId, name) {
  const id = symbols.names.find(name);
  const global = id < 0 ? -1 : symbols.globalOf(id, fileId);
  if (global < 0) return null;
  const { name: type } = typeOf(symbols, symbols.t.globalType.at(global));
  return { text: name, type, parameter: null };
}

function within(symbols, place, inner) {
  const [tag, field] = inner.split('.');
  const type = fieldType(symbols, tag, field);
  return type && { ...place, text: `${place.text}.${field}`, type };
}

/** Type name of a field that is embedded, whichever struct of that tag has it. */
function fieldType(symbols, tag, field) {
  const [tagName, fieldName] = [symbols.names.find(tag), symbols.names.find(field)];
  if (tagName < 0 || fieldName < 0) return null;
  for (let struct = symbols.t.structHead.find(tagName); struct >= 0; struct = symbols.t.structNext.at(struct)) {
    const at = symbols.field(struct, fieldName);
    if (at < 0 || (symbols.t.fieldPointer.at(at) & 0xff) !== 0) continue;
    const { name, kind } = typeOf(symbols, symbols.t.fieldType.at(at));
    if (kind === STRUCT || CALLS.has(name)) return name;
  }
  return null;
}

/** Type words are `kind | name << 3`. */
function typeOf(symbols, word) {
  return word < 0 ? { kind: -1, name: '' } : { kind: word & 7, name: symbols.names.text(word >> 3) };
}
