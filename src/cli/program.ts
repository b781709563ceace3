import { Command, CommanderError, Option } from 'commander';
import type { CompareOptions } from './compare-command.ts';
import type { DemoOptions } from './demo-command.ts';
import type { ExplainOptions } from './explain-command.ts';
import type { IndexOptions } from './index-command.ts';
import {
  type CommonOptions,
  isoTime,
  mannerOptions,
  minutes,
  outputOptions,
  treeOptions,
  versionNumber,
  versionOptions,
  wholeNumber,
  workers,
} from './options.ts';
import type { ReviewOptions } from './review-command.ts';
import type { ServeOptions } from './server-settings.ts';
import type { Surroundings } from './surroundings.ts';
import type { WatchAddOptions, WatchRunOptions } from './watch-command.ts';

/** What `abbot --help` says about exit codes; SURFACES of the documentation say the same. */
const EXIT_CODES = `
Exit codes: 0 nothing to report, 1 the series introduces a deadlock or a new path
into one, 2 usage, 3 could not analyse (standard error says why, in one line).
`;

/**
 * Runs one command line to its end and gives the exit code; never throws. Each command is loaded when it is called,
 * so that `abbot --version` costs no more than reading this file.
 *
 * @example
 * process.exitCode = await run(process.argv.slice(2), surroundings);
 */
export async function run(argv: readonly string[], to: Surroundings): Promise<number> {
  let code = 0;
  const done = (value: number) => {
    code = value;
  };
  try {
    await describe(to, done).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return unexpected(error, argv.includes('--verbose'), to);
  }
}

/** Every exception that reaches this far is a bug of ours: one line, and the stack for whoever asks. */
function unexpected(error: unknown, verbose: boolean, to: Surroundings): number {
  if (error instanceof Error && error.name === 'DamagedFile') {
    to.stderr.write(`abbot: ${oneLine(error.message)}; run the command again, and it is made anew\n`);
    return 3;
  }
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
  const stack = verbose && error instanceof Error && error.stack ? `${error.stack}\n` : '';
  const advice = verbose ? 'please report it' : 'add --verbose and report it';
  to.stderr.write(`${stack}abbot: this is a bug in abbot: ${oneLine(message)}; ${advice}\n`);
  return 3;
}

function describe(to: Surroundings, done: Done): Command {
  const program = new Command('abbot')
    .description(
      'Reviews kernel patch series for lock-order deadlocks,\nand says what really changed since the last version.',
    )
    .version(to.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => to.stdout.write(text),
      writeErr: (text) => to.stderr.write(text),
      getOutHelpWidth: () => Math.min(to.stdout.columns ?? 80, 100),
      getErrHelpWidth: () => 80,
      outputError: (text, write) => write(`abbot: ${usageLine(text)}\n`),
    })
    .addHelpText('after', EXIT_CODES);

  for (const add of [
    addReview,
    addCompare,
    addExplain,
    addIndex,
    addWatch,
    addServe,
    addWork,
    addDemo,
    addRules,
    addDoctor,
  ])
    add(program, to, done);
  return program;
}

type Done = (code: number) => void;
const INPUT = [
  '<input...>',
  'link to a list archive or patchwork, message-id, range rev..rev, mbox, .eml or directory of mails; - is standard input',
] as const;

function addReview(program: Command, to: Surroundings, done: Done): void {
  const review = program
    .command('review')
    .summary('review a patch series')
    .description('Reviews the newest version of a series, and compares it with the one before.')
    .argument(...INPUT)
    .option('--pick <version>', 'review this version instead of the newest', versionNumber)
    .option('--all', 'list pre-existing and doubtful findings too, and every proof in full')
    .option('--no-remember', 'neither show nor keep what people answered to findings of earlier reviews');
  treeOptions(review).option('--no-tree', 'read the diff alone, even where a tree is configured');
  mannerOptions(outputOptions(versionOptions(review), ['text', 'json', 'markdown', 'mail', 'sarif', 'b4', 'checks']));
  review.action(async (inputs: string[], options: ReviewOptions) => {
    const { reviewCommand } = await import('./review-command.ts');
    done(await reviewCommand(inputs, options, to));
  });
}

function addCompare(program: Command, to: Surroundings, done: Done): void {
  const compare = program
    .command('compare')
    .summary('what changed between two versions of a series')
    .description('Says what changed between two versions, and checks what the changelog claims.')
    .argument(...INPUT)
    .option('--from <version>', 'the older version (default: the one before)', versionNumber)
    .option('--to <version>', 'the newer version (default: the newest)', versionNumber);
  mannerOptions(outputOptions(versionOptions(compare), ['text', 'json']));
  compare.action(async (inputs: string[], options: CompareOptions) => {
    const { compareCommand } = await import('./compare-command.ts');
    done(await compareCommand(inputs, options, to));
  });
}

function addExplain(program: Command, to: Surroundings, done: Done): void {
  const explain = program
    .command('explain')
    .summary('all paths for a pair of locks')
    .description('Shows every path on which one lock is taken with the other held, in both directions.')
    .argument('<A>', 'a lock class: tag.field (device.mutex), or the name of a global lock')
    .argument('<B>', 'another one');
  mannerOptions(outputOptions(treeOptions(explain), ['text', 'json']));
  explain.action(async (a: string, b: string, options: ExplainOptions) => {
    const { explainCommand } = await import('./explain-command.ts');
    done(await explainCommand([a, b], options, to));
  });
}

function addIndex(program: Command, to: Surroundings, done: Done): void {
  const index = program
    .command('index')
    .summary('build or refresh the facts of a tree')
    .description('Reads a tree into the facts cache, so that reviews against it take seconds.')
    .option('--tree <dir>', 'a git repository or a plain directory of sources')
    .option('--rev <rev>', 'revision of the tree (default: HEAD)')
    .option('--cache <dir>', 'folder of the facts cache')
    .option('--workers <n>', 'processes that read sources', workers);
  mannerOptions(index).action(async (options: IndexOptions) => {
    const { indexCommand } = await import('./index-command.ts');
    done(await indexCommand(options, to));
  });
}

function addWatch(program: Command, to: Surroundings, done: Done): void {
  const watch = program
    .command('watch')
    .summary('review the series of mailing lists as they come')
    .description('Watches mailing lists, and reviews each version of a series once, when it is complete.')
    .helpCommand(false);
  const add = watch
    .command('add')
    .description('Watches a list.')
    .argument('<list>', 'link of a list (https://lore.kernel.org/linux-pci/), or folder of a public-inbox git archive')
    .option('--git', 'read the git archive behind the link instead of the feed: better for a busy list')
    .option('--settle <minutes>', 'quiet time before a series is reviewed (default: 15)', minutes)
    .option('--since <date>', 'begin with what came then (default: now)', isoTime);
  mannerOptions(add).action(async (place: string, options: WatchAddOptions) => {
    const { watchAdd } = await import('./watch-command.ts');
    done(await watchAdd(place, options, to));
  });
  mannerOptions(watch.command('list').description('Shows what is watched.')).action(async (options: CommonOptions) => {
    const { watchList } = await import('./watch-command.ts');
    done(await watchList(options, to));
  });
  const remove = watch
    .command('remove')
    .description('Stops watching a list; its reviews stay.')
    .argument('<list>', 'as it was added');
  mannerOptions(remove).action(async (place: string, options: CommonOptions) => {
    const { watchRemove } = await import('./watch-command.ts');
    done(await watchRemove(place, options, to));
  });
  const run = watch
    .command('run')
    .description('Reviews what is new, then waits and looks again.')
    .option('--once', 'look once')
    .option('--every <minutes>', 'time between two looks (default: 10)', minutes);
  treeOptions(run).option('--no-tree', 'read the diffs alone, even where a tree is configured');
  mannerOptions(run).action(async (options: WatchRunOptions) => {
    const { watchRun } = await import('./watch-command.ts');
    done(await watchRun(options, to));
  });
}

function addDemo(program: Command, to: Surroundings, done: Done): void {
  const demo = program
    .command('demo')
    .summary('run the bot on mails from files')
    .description('Runs the bot on mails from files as if they came on a list; without inputs on the example.')
    .argument('[input...]', 'mbox, .eml or folder of mails; each is a list of its own')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <n>', 'port to listen on (default: 3000)', wholeNumber(0, 65_535))
    .option('--data <folder>', 'keep everything there (default: a folder that goes away)');
  mannerOptions(treeOptions(botOptions(demo)));
  demo.action(async (inputs: string[], options: DemoOptions) => {
    const { demoCommand } = await import('./demo-command.ts');
    done(await demoCommand(inputs, options, to));
  });
}

function addServe(program: Command, to: Surroundings, done: Done): void {
  const serve = program
    .command('serve')
    .summary('run the bot: web server, watchers, workers')
    .description('Runs the bot in one process: web server, watchers of lists, and workers that review.')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <n>', 'port to listen on (default: 3000)', wholeNumber(0, 65_535))
    .option('--every <minutes>', 'time between two looks at the lists (default: 10)', wholeNumber(1, 1440));
  mannerOptions(
    treeOptions(botOptions(serve)).option('--no-tree', 'read the diffs alone, even where a tree is configured'),
  );
  serve.action(async (options: ServeOptions) => {
    const { serveCommand } = await import('./serve-command.ts');
    done(await serveCommand(options, to));
  });
}

function addWork(program: Command, to: Surroundings, done: Done): void {
  const work = program
    .command('work')
    .summary('take jobs from a shared database')
    .description(
      'Takes jobs from the PostgreSQL of DATABASE_URL; as many processes and machines as there are may do so.',
    )
    .option('--port <n>', 'answer /healthz, /readyz and /metrics on this port', wholeNumber(0, 65_535))
    .option('--host <address>', 'address for --port (default: 127.0.0.1)');
  mannerOptions(
    treeOptions(botOptions(work)).option('--no-tree', 'read the diffs alone, even where a tree is configured'),
  );
  work.action(async (options: ServeOptions) => {
    const { workCommand } = await import('./serve-command.ts');
    done(await workCommand(options, to));
  });
}

/** What `serve` and `work` have in common. */
function botOptions(command: Command): Command {
  return command
    .option('--jobs <n>', 'jobs at a time (default: 1)', wholeNumber(1, 64))
    .option('--lease <seconds>', 'time after which a silent worker loses its jobs (default: 30)', wholeNumber(2, 3600))
    .addOption(
      new Option('--log <level>', 'least that is logged').choices(['fatal', 'error', 'warn', 'info', 'debug']),
    );
}

function addRules(program: Command, to: Surroundings, done: Done): void {
  const check = program
    .command('rules')
    .summary('check the lock rules')
    .description('The lock rules: which calls take and release what, where callbacks run, what to leave alone.')
    .helpCommand(false)
    .command('check')
    .description('Checks the built-in rules and those of more folders; with --tree, says which match nothing there.')
    .argument('[dir...]', 'folders with rules (default: those that are configured)');
  mannerOptions(treeOptions(check)).action(async (dirs: string[], options: CommonOptions) => {
    const { rulesCheckCommand } = await import('./rules-check-command.ts');
    done(await rulesCheckCommand(dirs, options, to));
  });
}

function addDoctor(program: Command, to: Surroundings, done: Done): void {
  const doctor = program
    .command('doctor')
    .summary('check the installation and show the settings in force')
    .description('Checks the installation, and shows the settings in force with the origin of each.');
  mannerOptions(treeOptions(doctor)).action(async (options: CommonOptions) => {
    const { doctorCommand } = await import('./doctor-command.ts');
    done(await doctorCommand(options, to));
  });
}

/** Commander's message as our one line: what happened, and what to do. */
function usageLine(text: string): string {
  const [what = '', suggestion = ''] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const advice = suggestion.startsWith('(Did you mean') ? `d${suggestion.slice(2, -1)}` : 'see abbot --help';
  return oneLine(`${what.replace(/\.$/, '')}; ${advice}`);
}

/** What a shell passed may hold anything; the report room's `clean` would load too much for this. */
function oneLine(text: string): string {
  return text.slice(0, 1000).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
}
