// Reads the blobs of a list into mails and prints what came out, as JSON; bench/epoch.mjs runs it and takes the time.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { parseMail } from '../dist/mail/index.js';

const [epoch, list] = process.argv.slice(2);
const began = performance.now();
const git = spawn('git', ['-C', epoch, 'cat-file', '--batch', '--buffer'], {
  stdio: [openSync(list, 'r'), 'pipe', 'inherit'],
});
let mails = 0;
let faults = 0;
let bytes = 0;
let rest = Buffer.alloc(0);
for await (const chunk of git.stdout) {
  rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
  let at = 0;
  for (;;) {
    const eol = rest.indexOf(10, at);
    if (eol < 0) break;
    const size = Number(rest.toString('latin1', at, eol).split(' ')[2]);
    if (rest.length < eol + 1 + size + 1) break;
    const mail = await parseMail(rest.subarray(eol + 1, eol + 1 + size), 'm');
    if (mail.ok) mails++;
    else faults++;
    bytes += size;
    at = eol + size + 2;
  }
  rest = rest.subarray(at);
}
const seconds = (performance.now() - began) / 1000;
console.log(
  JSON.stringify({
    seconds,
    mails,
    faults,
    bytes,
    cpu: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    peak: process.resourceUsage().maxRSS / 1024,
  }),
);
