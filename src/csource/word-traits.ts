import { NameTable } from './names.ts';

/** What the spelling of a word says about it, as bits; read once per word of a file, since a word comes often. */
export const TRAIT = {
  /** The traits have been read. */
  KNOWN: 1,
  /** `GUARD_LIKE`: two or more capitals. */
  CAPITAL: 2,
  /** `list_for_each_entry`: what follows it may be its body, even `;`. */
  LOOP: 4,
  /** Says that it repeats or scopes the statement behind it. */
  BLOCK: 8,
  /** A compiler hint that is its argument: `likely(x)`. */
  HINT: 16,
  /** A file-level macro that says nothing about types, locks or callbacks. */
  SILENT: 32,
  /** `SYSCALL_DEFINE2(name, type, arg, type, arg)`: types and names alternate. */
  PAIRED: 64,
  /** Says something about locks at the function's edges (sparse's, and clang's context analysis). */
  ANNOTATION: 128,
  /** `struct_group(name, fields…)`. */
  GROUP: 256,
  /** `__free(kfree)`, `__cleanup(fn)` behind a variable. */
  CLEANUP: 512,
  /** A scalar type's name: `u32`, `size_t`. */
  SCALAR: 1024,
  /** All capitals, as macros are spelled that define functions. */
  MACRO: 2048,
  /** Its arguments are attributes or a string, never a call. */
  STRINGIFY: 4096,
  /** An attribute behind a struct's body, never a member's name: `__packed`. */
  ATTRIBUTE: 8192,
  /** `DECLARE_FLEX_ARRAY(type, name)`. */
  FLEX: 16384,
  /** A macro that qualifies a function and is no type: `notrace`. */
  QUALIFIER: 32768,
} as const;

const ATTRIBUTE =
  /^(?:__packed|__aligned|__attribute\w*|__randomize_layout|__no_randomize_layout|_{2,4}cacheline_\w+|__designated_init|__\w*initdata|__initconst\w*|__ro_after_init|__read_mostly|__maybe_unused|__used|__private|__section|__weak|__cold|__alias|__must_check|__deprecated|__visible|__bpf_kfunc\w*|__bpf_hook_\w+|__percpu|__rcu)$/;
const QUALIFIER =
  /^(?:notrace|noinstr|\w+_noinline|nokprobe_inline|noinline_for_\w+|noinline_if_\w+|asmlinkage_\w+|STATIC|INLINE|FORCE_INLINE\w*|INIT|EXPORT)$/;
const HINTS = new Set(['likely', 'unlikely', '__builtin_expect']);
const SILENT = /^(EXPORT_|MODULE_(?!DEVICE_TABLE)|ACPI_EXPORT_SYMBOL|__ADDRESSABLE|BUILD_BUG)/;
const PAIRED =
  /^(?:(?:COMPAT_)?SYSCALL\d*_DEFINE\d*|BPF_CALL_\d|(?:COMPAT_)?SYSCALL_DEFINE\d\w*|(?:KRETPROBE_|__)?SYSCALL_DEFINEx)$/;
const LOOP = /for_each[a-z0-9_]*$/i;
const BLOCK = /each|for_|_for|foreach|scoped|iterate/i;
const SCALAR = /^(?:(?:__)?(?:u|s|be|le)(?:8|16|32|64)|[a-z0-9_]+_t|bool|uint|ulong|ushort|uchar)$/;
const ANNOTATIONS = new Set([
  '__must_hold',
  '__acquires',
  '__releases',
  '__cond_acquires',
  '__acquire',
  '__release',
  '__must_hold_shared',
  '__acquires_shared',
  '__releases_shared',
  '__cond_acquires_shared',
  '__requires_lock',
]);
const GROUPS = new Set(['struct_group', 'struct_group_attr', 'struct_group_tagged', '__struct_group']);

/** Reads the traits of a word. */
export function traitsOf(text: string): number {
  let traits: number = TRAIT.KNOWN;
  if (/^[A-Z_][A-Z0-9_]*$/.test(text)) {
    traits |= TRAIT.MACRO;
    if (text.length > 1 && !text.startsWith('_')) traits |= TRAIT.CAPITAL;
  }
  if (BLOCK.test(text)) traits |= LOOP.test(text) ? TRAIT.BLOCK | TRAIT.LOOP : TRAIT.BLOCK;
  if (HINTS.has(text)) traits |= TRAIT.HINT;
  if (SILENT.test(text)) traits |= TRAIT.SILENT;
  if (PAIRED.test(text)) traits |= TRAIT.PAIRED;
  if (SCALAR.test(text)) traits |= TRAIT.SCALAR;
  if (text.startsWith('__') && ATTRIBUTE.test(text)) traits |= TRAIT.ATTRIBUTE;
  if (ANNOTATIONS.has(text)) traits |= TRAIT.ANNOTATION;
  if (GROUPS.has(text)) traits |= TRAIT.GROUP;
  if (text === '__free' || text === '__cleanup') traits |= TRAIT.CLEANUP;
  if (text === 'DECLARE_FLEX_ARRAY' || text === '__DECLARE_FLEX_ARRAY') traits |= TRAIT.FLEX;
  if (QUALIFIER.test(text)) traits |= TRAIT.QUALIFIER;
  if (text === '__stringify') traits |= TRAIT.STRINGIFY;
  return traits;
}

/** How many different words are remembered between files. */
const REMEMBERED = 1 << 16;
/** A longer word has no traits. */
const LONGEST = 200;

/** Remembers the traits of words between files: the kernel says the same words over and over. */
export class TraitCache {
  private readonly names = new NameTable([]);
  private readonly traits = new Uint16Array(REMEMBERED);

  of(words: NameTable, word: number): number {
    if (words.bytes(word).length > LONGEST) return TRAIT.KNOWN;
    if (this.names.size >= REMEMBERED - 1) {
      this.names.reset();
      this.traits.fill(0);
    }
    const id = this.names.adopt(words, word);
    let traits = this.traits[id] as number;
    if (traits === 0) {
      traits = traitsOf(words.text(word));
      this.traits[id] = traits;
    }
    return traits;
  }
}
