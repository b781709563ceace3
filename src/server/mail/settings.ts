import type { Correspondent } from '../../review/index.ts';

/** What the installation says about answering lists. */
export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://…`; never shown. Null: every mail stays a draft. */
  readonly smtpUrl: string | null;
  readonly from: Correspondent | null;
  /** Seconds between a review and its mail. */
  readonly settle: number;
  /** Mails of a day: to one list, and to one author on all lists. */
  readonly perList: number;
  readonly perAuthor: number;
  /** A patchwork that gets checks; null for none. */
  readonly patchwork: { readonly url: string; readonly token: string } | null;
  /** Where this server is seen from outside, for links; null for none. */
  readonly publicUrl: string | null;
}

/** Where the whole of a review is to be read, if anywhere. */
export function pageOf(settings: Pick<MailSettings, 'publicUrl'>, run: string): string | null {
  return settings.publicUrl === null ? null : `${settings.publicUrl.replace(/\/+$/, '')}/api/reviews/${run}/report`;
}
