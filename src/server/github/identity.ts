import { readFile } from 'node:fs/promises';
import { fail, type Outcome, ok } from '../../outcome/index.ts';
import type { GitHubIdentity } from './adapter.ts';

/** Variables of the environment, by Probot's names where Probot has one. */
export type GitHubEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Who abbot is at GitHub: `APP_ID`, `PRIVATE_KEY` (PEM, its line breaks as `\n` if need be, or base64) or
 * `PRIVATE_KEY_PATH`, `WEBHOOK_SECRET`, and `ABBOT_GITHUB` for the API of a server of one's own. Null when none of them
 * is set: then there is no App. Fails with `github/settings` when some are missing or cannot be meant; no value of a
 * secret is in the message.
 *
 * @example
 * const identity = await readIdentity(process.env);
 */
export async function readIdentity(env: GitHubEnvironment): Promise<Outcome<GitHubIdentity | null>> {
  const named = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'].filter((name) => env[name]);
  if (named.length === 0) return ok(null);
  const appId = Number(env['APP_ID']);
  if (!Number.isSafeInteger(appId) || appId <= 0)
    return fail('github/settings', 'APP_ID is not the number of a GitHub App', undefined, HINT);
  const webhookSecret = env['WEBHOOK_SECRET'] ?? '';
  if (webhookSecret === '') return fail('github/settings', 'WEBHOOK_SECRET is missing', undefined, HINT);
  const key = await privateKeyOf(env);
  if (!key.ok) return key;
  const api = (env['ABBOT_GITHUB'] || 'https://api.github.com').replace(/\/{1,9}$/, '');
  if (!/^https?:\/\/[^\s@?#]{1,300}$/.test(api) || !URL.canParse(api))
    return fail('github/settings', 'ABBOT_GITHUB is not the address of an API', undefined, HINT);
  const paced = env['ABBOT_GITHUB_PACE'] !== 'off';
  return ok({ appId, privateKey: key.value, webhookSecret, api, paced });
}

const HINT = 'set APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, and WEBHOOK_SECRET; docs/github.md says where they are from';

async function privateKeyOf(env: GitHubEnvironment): Promise<Outcome<string>> {
  let text = env['PRIVATE_KEY'] ?? '';
  const path = env['PRIVATE_KEY_PATH'];
  if (text === '' && path) {
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? 'it cannot be read';
      return fail('github/settings', 'the file of PRIVATE_KEY_PATH cannot be read', why, HINT);
    }
  }
  if (!text.includes('-----BEGIN')) text = Buffer.from(text, 'base64').toString('utf8');
  text = text.replace(/\\n/g, '\n').trim();
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n/.test(text))
    return fail('github/settings', 'PRIVATE_KEY is not a private key in PEM form', undefined, HINT);
  return ok(`${text}\n`);
}

/** Seconds between two looks for deliveries that were missed: `ABBOT_GITHUB_REDELIVER`, else five minutes. */
export function redeliverySeconds(env: GitHubEnvironment): number {
  const asked = Number(env['ABBOT_GITHUB_REDELIVER'] || Number.NaN);
  return Number.isInteger(asked) && asked >= 1 && asked <= 86_400 ? asked : 300;
}
