// The schema that JSON is checked against needs a large library: loaded when JSON is asked for.
export { renderJson } from '../report/index.ts';
