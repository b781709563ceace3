/**
 * The dashboard: pages made on the server for maintainers. Reading needs no login and no script.
 */
export { viewerOf } from './account.ts';
export type { HealthView } from './health-page.tsx';
export { healthPages } from './health-pages.tsx';
export { inboxPages } from './inbox-pages.tsx';
export { locksPages } from './locks/index.ts';
export { type LoginOptions, loginPages } from './login-pages.tsx';
export { type DashboardOptions, type Desk, dashboard, type Pages } from './part.tsx';
export { listDeeds } from './series/list-deeds.ts';
export { type SeriesDeeds, seriesPages } from './series/series-pages.tsx';
