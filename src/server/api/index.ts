/** The JSON API: routes over the store, each described by the schemas it reads and answers with. */
export { type ApiOptions, apiPart } from './api-part.ts';
export type { ExplainPair } from './pair-routes.ts';
