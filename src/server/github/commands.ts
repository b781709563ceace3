/** What somebody asks of abbot in a comment. */
export type Command =
  | { readonly kind: 'rerun' }
  | { readonly kind: 'help' }
  | { readonly kind: 'explain' | 'unignore'; readonly finding: string }
  | { readonly kind: 'ignore'; readonly finding: string; readonly because: string }
  /** Something that begins with `/abbot` and is no command; `said` is its first word, or why it cannot be read. */
  | { readonly kind: 'unknown'; readonly said: string };

const MOST = 5;
const LONGEST_LINE = 2000;
/** Kinds, lock classes and functions joined by colons: no spaces, no quotes. */
const FINDING = /^[a-z][\w.:/<>*[\]-]{2,300}$/i;

/**
 * The commands in a comment: lines that begin with `/abbot`, not those that are quoted or stand in a code block. At most
 * five are read.
 *
 * @example
 * parseCommands('/abbot ignore abba:a_lock:b_lock because b is only taken at boot');
 */
export function parseCommands(comment: string): Command[] {
  const commands: Command[] = [];
  let fence: string | null = null;
  for (const raw of comment.slice(0, 70_000).split('\n')) {
    const line = raw.slice(0, LONGEST_LINE).trimEnd();
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence)) fence = null;
      continue;
    }
    if (mark) {
      fence = mark;
      continue;
    }
    // Indented code and quotations begin otherwise.
    if (!/^ {0,3}\/abbot(?:\s|$)/.test(line)) continue;
    commands.push(parseCommand(line.trimStart().slice('/abbot'.length).trim()));
    if (commands.length >= MOST) break;
  }
  return commands;
}

function parseCommand(text: string): Command {
  const [verb = '', ...words] = text.split(/\s+/);
  const rest = words.join(' ');
  switch (verb.toLowerCase()) {
    case 'rerun':
    case 'help':
      return rest === ''
        ? { kind: verb.toLowerCase() as 'rerun' | 'help' }
        : { kind: 'unknown', said: `${verb} takes nothing more` };
    case 'explain':
    case 'unignore': {
      const finding = bare(rest);
      if (FINDING.test(finding)) return { kind: verb.toLowerCase() as 'explain' | 'unignore', finding };
      return { kind: 'unknown', said: `${verb} needs the name of a finding` };
    }
    case 'ignore': {
      const [name = '', ...reason] = rest.split(/\s+because(?:\s+|$)/i);
      const because = reason.join(' because ').trim();
      if (!FINDING.test(bare(name))) return { kind: 'unknown', said: 'ignore needs the name of a finding' };
      if (because === '') return { kind: 'unknown', said: 'ignore needs a reason: because …' };
      return { kind: 'ignore', finding: bare(name), because };
    }
    default:
      return { kind: 'unknown', said: verb.slice(0, 60) };
  }
}

/** A name as people copy it: in backticks, with a full stop behind. */
function bare(text: string): string {
  return text
    .trim()
    .replace(/\.$/, '')
    .replace(/^`{1,3}|`{1,3}$/g, '');
}

/** What `/abbot help` says. */
export const HELP = [
  'What I understand, on a line of its own and from people with write access:',
  '',
  '- `/abbot rerun`: review the pull request again',
  '- `/abbot explain F`: show every path of the finding `F`',
  '- `/abbot ignore F because …`: do not report `F` in this repository any more',
  '- `/abbot unignore F`: report it again',
  '- `/abbot help`: this list',
].join('\n');
