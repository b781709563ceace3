import { openAtlas } from '../review/index.ts';
import {
  dashboard,
  healthPages,
  inboxPages,
  listDeeds,
  locksPages,
  loginPages,
  type Pages,
  type Part,
  seriesPages,
  viewerOf,
} from '../server/index.ts';
import type { Settings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * The dashboard, with what the installation says about it: `ABBOT_TOKEN` lets its owner log in; `GITHUB_CLIENT_ID`,
 * `GITHUB_CLIENT_SECRET` and `ABBOT_MAINTAINERS` (logins, separated by commas) let people of GitHub.
 */
export function dashboardPart(settings: Settings, { env, http, version }: Surroundings): Part {
  const { tree, base, cache } = settings;
  const lines = [
    { name: 'Tree', value: tree.value ?? 'none: patches are read alone' },
    { name: 'Revision', value: base.value ?? 'what each series names, else HEAD' },
    { name: 'Cache', value: cache.value ?? 'none' },
  ];
  return dashboard({
    version,
    viewer: viewerOf,
    pages: [
      inboxPages,
      seriesPages((host) => listDeeds(host, http.now)),
      atlasPages(settings, http.now),
      healthPages(http.now, async () => lines),
      loginPages({ token: env['ABBOT_TOKEN'] || null, github: gitHubLogin(env) }),
    ],
  });
}

/** The atlas is opened when there are pages to show it, and closed with the process. */
function atlasPages({ tree, base, rules, cache, cacheSize, workers }: Settings, now: () => number): Pages {
  return (app, desk) => {
    const { value: place } = tree;
    const atlas =
      place === null
        ? null
        : openAtlas({
            tree: place,
            base: base.value,
            ruleDirs: rules.value,
            today: new Date(now()).toISOString().slice(0, 10),
            cacheDir: cache.value,
            cacheLimit: cacheSize.value * 2 ** 20,
            workers: workers.value,
            now,
          });
    desk.host.signal.addEventListener('abort', () => void atlas?.close(), { once: true });
    locksPages(atlas)(app, desk);
  };
}

function gitHubLogin(env: Surroundings['env']): Parameters<typeof loginPages>[0]['github'] {
  const [clientId, clientSecret] = [env['GITHUB_CLIENT_ID'], env['GITHUB_CLIENT_SECRET']];
  if (!clientId || !clientSecret) return null;
  return {
    clientId,
    clientSecret,
    allowed: (env['ABBOT_MAINTAINERS'] ?? '').split(/[\s,]+/).filter((name) => name !== ''),
    web: 'https://github.com',
    api: 'https://api.github.com',
  };
}
