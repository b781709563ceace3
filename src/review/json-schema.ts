import { z } from 'zod';
import { reviewSchema } from './review.ts';

/**
 * The published JSON Schema of `abbot.review/1`, as text ready for `schema/review.schema.json`.
 *
 * @example
 * writeFileSync('schema/review.schema.json', reviewJsonSchema());
 */
export function reviewJsonSchema(): string {
  const schema = z.toJSONSchema(reviewSchema, {
    reused: 'ref',
    // `readonly()` speaks of our TypeScript types, not of the documents that others read.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  const { $schema, ...rest } = schema;
  const titled = { $schema, title: 'abbot.review/1', description: 'What `abbot review --format json` prints', ...rest };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
