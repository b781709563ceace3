// A mail server that keeps what it gets: node smtp-server.mjs FOLDER [ANSWER]
// Each mail is a file of FOLDER: a line of JSON with the envelope, then the message. Prints its port when it listens.
// ANSWER is what it says to mails: `ok`; `later` (451) or `never` (550) at the end of the message, `never-rcpt` (550) to
// recipients whose address begins with x; `mute`: it keeps the mail and answers after ten minutes; `cut`: it keeps the
// mail and hangs up.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

const [folder, answer = 'ok'] = process.argv.slice(2);
let count = 0;

function say(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  allowInsecureAuth: true,
  onAuth: ({ username, password }, _session, done) =>
    password === 'open sesame' ? done(null, { user: username }) : done(say(535, 'no such user')),
  onRcptTo: ({ address }, _session, done) =>
    answer === 'never-rcpt' && address.startsWith('x') ? done(say(550, 'no such person')) : done(),
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      if (answer === 'later') return done(say(451, 'try again later'));
      if (answer === 'never') return done(say(554, 'not wanted here'));
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = JSON.stringify({ from: mailFrom.address, to: rcptTo.map(({ address }) => address) });
      writeFileSync(join(folder, `${++count}.mail`), `${envelope}\n${Buffer.concat(parts).toString('utf8')}`);
      if (answer === 'mute') return setTimeout(done, 600_000).unref();
      if (answer === 'cut') return process.exit(0);
      return done(null, 'taken');
    });
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => console.log(server.server.address().port));
