/**
 * The GitHub App: webhooks come in, reviews of pull requests go out as one check run and one comment. `adapter.ts` alone
 * knows Probot and Octokit; what is to be written is decided in pure functions (`publication.ts`).
 */
import type { Part } from '../part.ts';
import { type GitHubIdentity, openGitHubApp } from './adapter.ts';
import { commandHandler } from './command-job.ts';
import { takeWebhook } from './intake.ts';
import { pullHandler } from './pull-job.ts';
import { pushHandler } from './push-job.ts';
import { redeliveryLoop } from './redelivery.ts';
import type { GitHubSetup } from './setup.ts';

/** Everything that the part needs beside the database, the queue and the log. */
export interface GitHubOptions extends Omit<GitHubSetup, 'app'> {
  readonly identity: GitHubIdentity;
  readonly userAgent: string;
  /** Seconds between two looks for deliveries that were missed. */
  readonly redeliverEvery: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where GitHub sends webhooks; `app.yml` names it. */
export const WEBHOOK_PATH = '/api/github/webhooks';

/**
 * The GitHub App as a part of the bot.
 *
 * @example
 * const parts = identity === null ? [] : [gitHubPart({ identity, ...options })];
 */
export function gitHubPart(options: GitHubOptions): Part {
  const { identity, userAgent, redeliverEvery, now, ...rest } = options;
  const setup: GitHubSetup = { ...rest, app: openGitHubApp(identity, userAgent) };
  const here = () => setup;
  return {
    name: 'github',
    jobs: [commandHandler(here), pullHandler(here), pushHandler(here)],
    routes: (app, host) => {
      app.post(WEBHOOK_PATH, (c) => takeWebhook(c, host, setup));
    },
    loops: [redeliveryLoop(here, redeliverEvery, now)],
  };
}
