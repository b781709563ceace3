import { header, type Mail, type Person } from '../mail/index.ts';

/**
 * Who sent a mail, behind the rewriting of list servers: `"X via B4 Relay" <devnull+x.y.z@kernel.org>` is the person
 * of its Reply-To, `"X via list" <list@…>` likewise.
 */
export function sender(mail: Mail): Person {
  const via = /^(.*?)\s+via\s+\S.*$/i.exec(mail.from.name.slice(0, 300));
  if (!via && !mail.from.email.startsWith('devnull+')) return mail.from;
  const replyTo = header(mail, 'reply-to') ?? header(mail, 'x-original-from');
  const email = /[^\s<>"',;]+@[^\s<>"',;]+/.exec((replyTo ?? '').slice(0, 1000))?.[0];
  return { name: (via?.[1] ?? mail.from.name).replace(/^"|"$/g, ''), email: email ?? mail.from.email };
}

/** Whether two addresses are one person: same address, or the same name of at least two words. */
export function samePerson(a: Person, b: Person): boolean {
  if (a.email !== '' && a.email.toLowerCase() === b.email.toLowerCase()) return true;
  const name = plainName(a.name);
  return name.includes(' ') && name === plainName(b.name);
}

/** `Ionut Nechita (Wind River)` and `Nechita, Ionut` are the same name. */
function plainName(name: string): string {
  const bare = name.replace(/\([^()]*\)/g, ' ').replace(/"/g, ' ');
  const [last, first] = bare.split(',');
  return (first ? `${first} ${last}` : bare).toLowerCase().split(/\s+/).filter(Boolean).join(' ');
}
