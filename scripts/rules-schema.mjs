// Writes schema/rules.schema.json, which editors use for rule files, from the schema that the program checks them with.
import { writeFileSync } from 'node:fs';
import { rulesJsonSchema } from '../dist/locks/rules/schema.js';

writeFileSync(
  new URL('../schema/rules.schema.json', import.meta.url),
  `${JSON.stringify(rulesJsonSchema(), null, 2)}\n`,
);
