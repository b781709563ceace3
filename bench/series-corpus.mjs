// The real multi-version series of the corpora, read and linked once, for the benchmarks that compare versions.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readMails } from '../dist/mail/index.js';
import { groupSeries, linkVersions } from '../dist/series/index.js';

/** The corpora of ABBOT_SHARED (else ../shared): a name and the paths of mails of each series. */
export function seriesOfCorpora() {
  const corpus = join(resolve(process.env.ABBOT_SHARED ?? '../shared'), 'corpus');
  if (!existsSync(corpus)) {
    console.error(`there is no ${corpus}; set ABBOT_SHARED`);
    process.exit(2);
  }
  const mboxes = (folder) => readdirSync(join(corpus, folder)).sort();
  return [
    { name: 'seed-series', paths: [join(corpus, 'seed-series')] },
    ...mboxes('lock-series').map((name) => ({
      name: `lock-series/${name}`,
      paths: [join(corpus, 'lock-series', name)],
    })),
    ...mboxes('multi-version')
      .filter((name) => name.endsWith('.mbox'))
      .map((name) => ({ name: `multi-version/${name}`, paths: [join(corpus, 'multi-version', name)] })),
  ];
}

/** The lineages among the mails of some paths, each as its versions at hand, oldest first. */
export async function versionsOf(paths) {
  const mails = [];
  for await (const item of readMails(paths)) if (item.ok) mails.push(item.value);
  return linkVersions(groupSeries(mails).series).map(({ versions }) =>
    versions.flatMap(({ series }) => (series?.patches.some((patch) => patch.diff !== '') ? [series] : [])),
  );
}
