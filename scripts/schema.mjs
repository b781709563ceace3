// Writes schema/review.schema.json from the schema in src/review (after `npm run build`).
import { mkdirSync, writeFileSync } from 'node:fs';
import { reviewJsonSchema } from '../dist/review/json-schema.js';

mkdirSync('schema', { recursive: true });
writeFileSync('schema/review.schema.json', reviewJsonSchema());
