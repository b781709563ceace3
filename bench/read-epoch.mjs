// Reads an epoch into mails and prints what came out, as JSON; bench/epoch.mjs runs it.
import { parseMail } from '../dist/mail/index.js';
import { epochHead, readEpoch } from '../dist/sources/index.js';

const [epoch] = process.argv.slice(2);
const began = performance.now();
const head = await epochHead(epoch);
if (!head.ok || head.value === null) throw new Error(`${epoch} has no commit`);
let mails = 0;
let faults = 0;
let bytes = 0;
for await (const item of readEpoch(epoch, null, head.value)) {
  if (!item.ok) throw new Error(item.fault.what);
  if (item.value.kind === 'deleted') continue;
  const mail = item.value.bytes === null ? null : await parseMail(item.value.bytes, item.value.commit);
  if (mail?.ok) mails++;
  else faults++;
  bytes += item.value.bytes?.length ?? 0;
}
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ seconds, mails, faults, bytes, peak: process.resourceUsage().maxRSS / 1024 }));
