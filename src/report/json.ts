import {
  type CompareResult,
  compareResultSchema,
  type Explanation,
  explanationSchema,
  type Review,
  reviewSchema,
} from '../review/index.ts';

/**
 * A value as JSON with two-space indent. Keys come in the order of the published schema, however the value was put
 * together, so that the same review is always the same bytes; a value that breaks the schema is a bug and throws.
 *
 * @example
 * process.stdout.write(renderJson(review));
 */
export function renderJson(value: Review | Explanation | CompareResult): string {
  const schema = 'schema' in value ? reviewSchema : 'forward' in value ? explanationSchema : compareResultSchema;
  return `${JSON.stringify(schema.parse(value), null, 2)}\n`;
}
