import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { MailSettings } from '../server/index.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * How the bot may answer lists: environment variables only, since they hold passwords and belong to one installation.
 * Without `ABBOT_SMTP_URL` every mail stays a draft.
 */
export function resolveMail({ env }: Pick<Surroundings, 'env'>): Outcome<MailSettings> {
  const smtpUrl = env['ABBOT_SMTP_URL'] || null;
  if (smtpUrl !== null && protocolOf(smtpUrl, ['smtp:', 'smtps:']) === null)
    return fail(
      'config/invalid',
      'ABBOT_SMTP_URL is no address of a mail server',
      'it is like smtp://mail.example.org:587',
    );
  const from = readFrom(env['ABBOT_MAIL_FROM']);
  if (from === undefined)
    return fail('config/invalid', 'ABBOT_MAIL_FROM is no sender', "it is like 'abbot <abbot@example.org>'");
  if (smtpUrl !== null && from === null)
    return fail('config/invalid', 'ABBOT_SMTP_URL is set without ABBOT_MAIL_FROM', 'a mail needs a sender');
  const settle = count(env, 'ABBOT_MAIL_SETTLE', 30, 10_080);
  const perList = count(env, 'ABBOT_MAIL_PER_LIST', 10, 1000);
  const perAuthor = count(env, 'ABBOT_MAIL_PER_AUTHOR', 2, 100);
  for (const one of [settle, perList, perAuthor]) if (!one.ok) return one;
  const value = (one: Outcome<number>) => (one as { value: number }).value;
  const url = env['ABBOT_PATCHWORK_URL'] || null;
  const token = env['ABBOT_PATCHWORK_TOKEN'] || null;
  if ((url === null) !== (token === null))
    return fail('config/invalid', 'ABBOT_PATCHWORK_URL and ABBOT_PATCHWORK_TOKEN go together');
  const publicUrl = env['ABBOT_URL'] || null;
  for (const [name, text] of [
    ['ABBOT_PATCHWORK_URL', url],
    ['ABBOT_URL', publicUrl],
  ] as const)
    if (text !== null && protocolOf(text, ['http:', 'https:']) === null)
      return fail('config/invalid', `${name} is no http address`);
  return ok({
    smtpUrl,
    from,
    settle: value(settle) * 60,
    perList: value(perList),
    perAuthor: value(perAuthor),
    patchwork: url === null || token === null ? null : { url, token },
    publicUrl,
  });
}

function protocolOf(text: string, among: readonly string[]): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && among.includes(url.protocol) && url.hostname !== '' ? url.protocol : null;
}

/** Null when there is none, undefined when it cannot be read. */
function readFrom(text: string | undefined): MailSettings['from'] | undefined {
  if (!text) return null;
  const found = /^(?:([\w .'-]{1,80}) )?<?([\w.+-]{1,64}@[A-Za-z0-9.-]{1,190})>?$/.exec(text.trim());
  return found?.[2] === undefined ? undefined : { name: found[1]?.trim() ?? '', email: found[2] };
}

function count(env: Surroundings['env'], name: string, usual: number, most: number): Outcome<number> {
  const text = env[name];
  if (!text) return ok(usual);
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? ok(value) : fail('config/invalid', `${name} is not a number from 0 to ${most}`);
}
