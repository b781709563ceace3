import { join } from 'node:path';
import { type Outcome, ok } from '../outcome/index.ts';
import { apiPart, listPart, mailPart, openGitHubPart, type Part } from '../server/index.ts';
import { dashboardPart } from './dashboard-part.ts';
import { dataFolder } from './data-folder.ts';
import { resolveMail } from './mail-settings.ts';
import type { ServerSettings } from './server-settings.ts';
import type { Settings } from './settings.ts';
import { resolveSources, sourceClient } from './source-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** The parts that the bot is made of, with what the installation says about each. */
export async function botParts(
  settings: Settings,
  server: ServerSettings,
  to: Surroundings,
): Promise<Outcome<readonly Part[]>> {
  const sources = await resolveSources(to);
  if (!sources.ok) return sources;
  const { openWatchStore } = await to.sources();
  const { tree, base, rules, cache, cacheSize, workers } = settings;
  const review = {
    tree: tree.value,
    base: base.value,
    ruleDirs: rules.value,
    cacheDir: cache.value,
    cacheLimit: cacheSize.value * 2 ** 20,
    workers: workers.value,
    version: to.version,
  };
  const today = () => new Date(to.http.now()).toISOString().slice(0, 10);
  /** Parts that want to be told of each review of a list's series. */
  const mail = resolveMail(to);
  if (!mail.ok) return mail;
  const others: readonly Part[] = [mailPart(mail.value, to.http.now)];
  const lists = listPart({
    review,
    client: await sourceClient(settings, sources.value, to),
    // A PGlite is open in this process alone, so `abbot watch add` writes its file; a PostgreSQL is open to all.
    lists: server.databaseUrl === undefined ? openWatchStore(join(dataFolder(to), 'watch')).lists : null,
    budget: sources.value.requests.value,
    every: server.every.value * 60,
    now: to.http.now,
    today,
    tell: others.flatMap((part) => part.reviewed ?? []),
  });
  const github = await openGitHubPart(to.env, {
    mirrors: join(settings.cache.value ?? dataFolder(to), 'github'),
    lender: tree.value,
    order: review,
    today,
    page: () => null,
    userAgent: `abbot/${to.version}`,
    now: to.http.now,
  });
  if (!github.ok) return github;
  const api = apiPart({
    version: to.version,
    explain:
      tree.value === null
        ? null
        : (locks, signal, host) => host.reviewer.explain({ ...review, locks, today: today() }, signal),
  });
  const hub = github.value === null ? [] : [github.value];
  return ok([lists, api, ...hub, ...others, dashboardPart(settings, to)]);
}
