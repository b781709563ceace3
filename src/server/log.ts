import { type DestinationStream, type Logger, pino } from 'pino';
import { withoutSecrets } from '../store/index.ts';

/** Names of fields whose value never reaches the log, at the top and one and two levels down. */
const SECRET_FIELDS = [
  'password',
  'pass',
  'secret',
  'token',
  'authorization',
  'cookie',
  'privateKey',
  'webhookSecret',
  'databaseUrl',
  'DATABASE_URL',
  'GITHUB_TOKEN',
  'PRIVATE_KEY',
  'WEBHOOK_SECRET',
  'SMTP_PASSWORD',
];
const paths = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*["${name}"]`]);

/** Tokens of GitHub, private keys, `Bearer` and `Basic` values: by their looks, wherever they stand in a text. */
const SECRET_TEXT =
  /\b(?:gh[pousr]_\w{20,255}|github_pat_\w{20,255})|\b(?:Bearer|Basic|token)\s{1,4}[\w.~+/=-]{16,2000}|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,9000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g;

/**
 * The log of the bot: JSON lines. Secrets are taken out by the name of their field and by their looks.
 *
 * @example
 * const log = createLog('info');
 * log.info({ place }, 'the list was read');
 */
export function createLog(level: string, to?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: [...new Set(paths)], censor: '…' },
    hooks: { streamWrite: (line: string) => withoutSecrets(line).replace(SECRET_TEXT, '…') },
  };
  return to === undefined ? pino(options) : pino(options, to);
}
