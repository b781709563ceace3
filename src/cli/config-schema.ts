import { z } from 'zod';

/** `abbot.yaml`: every key is optional, and none is unknown. */
export const configSchema = z.strictObject({
  tree: z.string().min(1).optional().describe('sources that series are reviewed against'),
  base: z.string().min(1).optional().describe('revision of the tree'),
  rules: z.array(z.string().min(1)).optional().describe('folders with more rules'),
  cache: z.string().min(1).optional().describe('folder of the facts cache'),
  cacheSize: z.number().int().min(1).optional().describe('megabytes that the cache folder may take'),
  workers: z.number().int().min(1).max(64).optional(),
  sources: z
    .strictObject({
      hosts: z.array(z.string().min(1)).optional().describe('the only servers that are contacted'),
      inbox: z.string().min(1).optional().describe('archive that bare message-ids are looked up in'),
      mirrors: z
        .record(z.string(), z.array(z.string().min(1)))
        .optional()
        .describe('servers that stand in for others'),
      contact: z.string().max(200).optional().describe('address that servers are told about'),
      github: z.string().min(1).optional().describe("API of GitHub, or of a server of one's own"),
      requests: z.number().int().min(1).max(200).optional().describe('requests for the earlier versions of a series'),
    })
    .optional(),
  server: z
    .strictObject({
      host: z.string().min(1).max(255).optional().describe('address that the web server listens on'),
      port: z.number().int().min(0).max(65535).optional(),
      jobs: z.number().int().min(1).max(64).optional().describe('jobs that a process does at a time'),
      lease: z.number().int().min(2).max(3600).optional().describe('seconds until a silent worker loses its jobs'),
      every: z.number().int().min(1).max(1440).optional().describe('minutes between two looks at the lists'),
      log: z.enum(['fatal', 'error', 'warn', 'info', 'debug']).optional().describe('least that is logged'),
    })
    .optional(),
  color: z.enum(['auto', 'always', 'never']).optional(),
});
