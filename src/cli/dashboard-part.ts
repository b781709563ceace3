import {
  dashboard,
  healthPages,
  inboxPages,
  listDeeds,
  loginPages,
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
      healthPages(http.now, async () => lines),
      loginPages({ token: env['ABBOT_TOKEN'] || null, github: gitHubLogin(env) }),
    ],
  });
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
