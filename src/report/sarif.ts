import { createHash } from 'node:crypto';
import type { Finding, FindingKind, Review, WitnessPath } from '../review/index.ts';
import { clean } from './clean.ts';
import { type Place, placeOf } from './location.ts';
import { ALARMING, remainingSentences } from './text-finding.ts';
import { KIND, VERDICT } from './words.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** GitHub takes 25,000 results a run and shows 5,000; nobody reads more than this. */
const MOST = 1000;

/** Rules in the order of the schema's enumeration, so that an index means the same in every run. */
const KINDS = Object.keys(KIND) as FindingKind[];

/**
 * A review as SARIF 2.1.0 for code scanning: what the series makes worse, each with its proof as a code flow of one
 * thread a CPU, and a fingerprint that does not move with line numbers. What the series fixes is no result: an alert that
 * is not reported any more closes by itself.
 *
 * @example
 * writeFileSync('abbot.sarif', renderSarif(review));
 */
export function renderSarif(review: Review): string {
  const results = review.findings
    .filter((f) => f.reported && (ALARMING.has(f.verdict) || f.verdict === 'transient'))
    .slice(0, MOST)
    .flatMap((finding) => resultOf(finding, review.series));
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'abbot', semanticVersion: review.program.version, rules: KINDS.map(ruleOf) } },
        automationDetails: { id: `abbot/${review.run.slice(0, 16)}` },
        columnKind: 'utf16CodeUnits',
        results,
        properties: {
          run: review.run,
          coverage: { mode: review.coverage.mode, functions: review.coverage.functions, files: review.coverage.files },
        },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(kind: FindingKind): object {
  return {
    id: kind,
    name: kind.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: KIND[kind] },
    fullDescription: { text: `${KIND[kind]}, proven by call paths from an entry to the lock` },
    defaultConfiguration: { level: 'warning' },
    properties: { tags: ['concurrency', 'locking'], precision: 'medium' },
  };
}

function resultOf(finding: Finding, series: Review['series']): object[] {
  const place = placeOf(finding, series);
  // A result without a location is refused by GitHub; nothing in the tree can be shown for it.
  if (!place) return [];
  const flow = finding.paths.slice(0, 2).map(threadFlow);
  const said = [VERDICT[finding.verdict], finding.summary, ...remainingSentences(finding)];
  return [
    {
      ruleId: finding.kind,
      ruleIndex: KINDS.indexOf(finding.kind),
      level: finding.verdict === 'introduced' ? 'error' : finding.verdict === 'new-path' ? 'warning' : 'note',
      message: { text: message(said.join(' ')) },
      locations: [locationOf(place)],
      partialFingerprints: { 'abbotFinding/v1': digest(finding.fingerprint) },
      ...(flow.length > 0 ? { codeFlows: [{ threadFlows: flow }] } : {}),
      properties: {
        fingerprint: clean(finding.fingerprint),
        verdict: finding.verdict,
        confidence: finding.confidence,
        locks: finding.locks.map((lock) => clean(lock)),
      },
    },
  ];
}

function threadFlow(path: WitnessPath, cpu: number): object {
  const last = path.chain.length - 1;
  const steps = path.chain.flatMap((step, i) => {
    const at = (line: number, file: string, text: string, kinds: string[]) => ({
      location: locationOf({ file, line, function: step.function }, text),
      kinds,
      nestingLevel: i,
    });
    const via = step.slot === null ? '' : ` (${step.slot})`;
    return [
      at(step.line, step.file, `${step.function}()${via}`, ['call']),
      ...(path.acquire?.step === i
        ? [at(path.acquire.line, path.acquire.file, `takes ${path.holds} by ${path.acquire.call}`, ['acquire', 'lock'])]
        : []),
      ...(path.wait?.step === i
        ? [at(path.wait.line, path.wait.file, `waits for ${path.waits} by ${path.wait.call}`, ['wait', 'lock'])]
        : []),
      ...(i === last && !path.wait ? [at(step.line, step.file, `waits for ${path.waits}`, ['wait', 'lock'])] : []),
    ];
  });
  return {
    id: `CPU${cpu}`,
    message: { text: message(`CPU${cpu}: ${path.holds} held, then ${path.waits}`) },
    locations: steps.length > 0 ? steps : [{ message: { text: message(path.holds) } }],
  };
}

function locationOf(place: Place, text?: string): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(place.file), uriBaseId: 'SRCROOT' },
      ...(place.line > 0 ? { region: { startLine: place.line } } : {}),
    },
    ...(place.function === null
      ? {}
      : { logicalLocations: [{ fullyQualifiedName: clean(place.function), kind: 'function' }] }),
    ...(text === undefined ? {} : { message: { text: message(text) } }),
  };
}

/** A path as a relative reference (RFC 3986): every part is escaped, so that none is a scheme, a query or a way out. */
function uriOf(file: string): string {
  const parts = clean(file, 1000)
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.map((part) => encodeURIComponent(part)).join('/');
}

/** Brackets would begin a link (SARIF 2.1.0 §3.11.6). */
function message(text: string): string {
  return clean(text, 4000).replace(/[\\[\]]/g, '\\$&');
}

function digest(fingerprint: string): string {
  return createHash('sha256').update(fingerprint).digest('hex').slice(0, 32);
}
