import { type Outcome, ok } from '../outcome/index.ts';
import type { GitHubOptions } from './github/index.ts';
import type { Part } from './part.ts';

/** What the installation says of the GitHub App, beside who it is. */
export type GitHubSettings = Omit<GitHubOptions, 'identity' | 'redeliverEvery'>;

/**
 * The GitHub App as a part of the bot, by the variables of the environment; null when they name none. Probot is loaded
 * only then. Fails with `github/settings`.
 *
 * @example
 * const part = await openGitHubPart(process.env, settings);
 */
export async function openGitHubPart(
  env: Readonly<Record<string, string | undefined>>,
  settings: GitHubSettings,
): Promise<Outcome<Part | null>> {
  const { readIdentity, redeliverySeconds } = await import('./github/identity.ts');
  const identity = await readIdentity(env);
  if (!identity.ok) return identity;
  if (identity.value === null) return ok(null);
  const { gitHubPart } = await import('./github/index.ts');
  return ok(gitHubPart({ ...settings, identity: identity.value, redeliverEvery: redeliverySeconds(env) }));
}
