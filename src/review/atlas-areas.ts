import type { AreaRow, AreaSearch } from './atlas-answers.ts';
import type { FileUse } from './atlas-orders.ts';
import { matches } from './maintainers.ts';

/** MAINTAINERS of the kernel has 800 kB and 3,000 sections. */
const MAX_TEXT = 4 << 20;
const MOST_SECTIONS = 20_000;
/** Characters of a search that are looked at. */
const MOST_TEXT = 200;

interface Section {
  readonly name: string;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** Which files belong to which part of a tree: sections of MAINTAINERS, and folders. */
export class AtlasAreas {
  private readonly sections = new Map<string, Section>();
  /** Patterns by the folders at their beginning that have no wildcard. */
  private readonly patterns = new Map<string, { pattern: string; section: Section }[]>();
  private readonly files: ReadonlyMap<string, FileUse>;
  private counted: readonly AreaRow[] | null = null;
  private readonly members = new Map<string, Set<string>>();

  /** `files` has those that take locks. */
  constructor(maintainers: string, files: ReadonlyMap<string, FileUse>) {
    this.files = files;
    for (const section of readSections(maintainers)) {
      if (this.sections.has(section.name) || this.sections.size >= MOST_SECTIONS) continue;
      this.sections.set(section.name, section);
      for (const pattern of section.includes) {
        const folder = plainFolder(pattern);
        const list = this.patterns.get(folder);
        if (list) list.push({ pattern, section });
        else this.patterns.set(folder, [{ pattern, section }]);
      }
    }
  }

  /** The files of an area that take locks; null when the tree has neither such a section nor such a folder. */
  filesOf(name: string): { area: AreaRow; files: ReadonlySet<string> } | null {
    this.counted ??= this.count();
    const section = this.sections.has(name);
    const folder = name.replace(/\/+$/, '');
    const isInside = (file: string): boolean => folder !== '' && (file === folder || file.startsWith(`${folder}/`));
    const files = section ? (this.members.get(name) ?? new Set()) : new Set([...this.files.keys()].filter(isInside));
    if (!section && files.size === 0) return null;
    const use = { orders: 0, takes: 0 };
    for (const file of files) add(use, this.files.get(file));
    return { area: { name: section ? name : folder, kind: section ? 'subsystem' : 'folder', ...use }, files };
  }

  /** Areas whose name holds all words of a text, those with the most orders first. */
  search(text: string, limit: number): AreaSearch {
    const words = text.slice(0, MOST_TEXT).toLowerCase().split(/\s+/).filter(Boolean);
    this.counted ??= this.count();
    const rows = this.counted.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
    return { rows: rows.slice(0, limit), total: rows.length };
  }

  /** Orders of every section and folder: each file is held against the patterns of the folders above it only. */
  private count(): AreaRow[] {
    const subsystems = new Map<string, Sum>();
    const folders = new Map<string, Sum>();
    for (const [file, use] of this.files) {
      const mine = new Set<Section>();
      for (let at = file.length; at >= 0; at = at === 0 ? -1 : Math.max(0, file.lastIndexOf('/', at - 1))) {
        const folder = at === file.length ? file : file.slice(0, at);
        if (at > 0 && at < file.length) addTo(folders, folder, use);
        for (const { pattern, section } of this.patterns.get(folder) ?? [])
          if (!mine.has(section) && matches(pattern, file)) mine.add(section);
      }
      for (const section of mine) {
        if (section.excludes.some((pattern) => matches(pattern, file))) continue;
        addTo(subsystems, section.name, use);
        const members = this.members.get(section.name) ?? new Set();
        this.members.set(section.name, members.add(file));
      }
    }
    const rows: AreaRow[] = [
      ...[...subsystems].map(([name, use]) => ({ name, kind: 'subsystem' as const, ...use })),
      ...[...folders].map(([name, use]) => ({ name, kind: 'folder' as const, ...use })),
    ];
    return rows.sort((a, b) => b.orders - a.orders || b.takes - a.takes || (a.name < b.name ? -1 : 1));
  }
}

type Sum = { -readonly [K in keyof FileUse]: FileUse[K] };

function add(sum: Sum, use: FileUse | undefined): void {
  sum.orders += use?.orders ?? 0;
  sum.takes += use?.takes ?? 0;
}

function addTo(sums: Map<string, Sum>, name: string, use: FileUse): void {
  const sum = sums.get(name) ?? { orders: 0, takes: 0 };
  sums.set(name, sum);
  add(sum, use);
}

/** The part of a pattern before its first wildcard, up to a whole folder or file name. */
function plainFolder(pattern: string): string {
  const parts = pattern.replace(/\/$/, '').split('/');
  const wild = parts.findIndex((part) => /[*?]/.test(part));
  return (wild < 0 ? parts : parts.slice(0, wild)).join('/');
}

function readSections(text: string): Section[] {
  return text
    .slice(0, MAX_TEXT)
    .split(/\n[ \t]*\n/)
    .flatMap((paragraph) => {
      const lines = paragraph.split('\n').filter((line) => line.trim() !== '');
      const values = (letter: string): string[] =>
        lines.filter((line) => line.startsWith(`${letter}:`)).map((line) => line.slice(2).trim());
      const includes = values('F').filter((pattern) => pattern !== '' && pattern.length < 300);
      const name = lines[0]?.trim().slice(0, 100) ?? '';
      // the list's own explanation has letters with a colon, but no file
      return includes.length === 0 || /^[A-Z]:/.test(name) ? [] : [{ name, includes, excludes: values('X') }];
    });
}
