import { explain } from '../../outcome/index.ts';
import type { Loop, Part } from '../part.ts';
import { considerChecks, considerReply } from './consider.ts';
import { sendNextCheck } from './send-check.ts';
import { sendNextMail } from './send-mail.ts';
import type { MailSettings } from './settings.ts';

/** Seconds between two looks into the outbox, and after a database that did not answer. */
const EVERY = 20;
const AFTER_FAULT = 60;
/** Parcels of one round; then the process may see whether it is to end. */
const ROUND = 20;

/**
 * Answers lists: makes a draft, a mail or silence of every review of a series, and sends what may be sent.
 *
 * @example
 * const parts = [listPart({ …, tell: [mail.reviewed] }), mail];
 */
export function mailPart(settings: MailSettings, now: () => number): Part & Required<Pick<Part, 'reviewed'>> {
  const loops: Loop[] = [];
  if (settings.smtpUrl !== null) loops.push(mailLoop(settings, now));
  if (settings.patchwork !== null) loops.push(checkLoop(settings.patchwork));
  return {
    name: 'mail',
    loops,
    async reviewed(tx, event) {
      await considerReply(tx, event, settings);
      await considerChecks(tx, event, settings);
    },
  };
}

function mailLoop(settings: MailSettings, now: () => number): Loop {
  return {
    name: 'send-mail',
    async round({ store, worker, log, signal }) {
      for (let i = 0; i < ROUND && !signal.aborted; i++) {
        // The nodemailer of this process gives one mail at a time: lists see no burst.
        const sent = await sendNextMail(store, worker, settings, now);
        if (!sent.ok) {
          log.warn({ code: sent.fault.code }, explain(sent.fault));
          return AFTER_FAULT;
        }
        if (sent.value === null) return EVERY;
        const { act } = sent.value;
        if (act === 'sent' || act === 'waits' || act === 'dropped') log.info(sent.value, 'mail');
        else log.warn(sent.value, 'a mail was not sent, and a person should look at it');
      }
      return 1;
    },
  };
}

function checkLoop(server: NonNullable<MailSettings['patchwork']>): Loop {
  return {
    name: 'send-checks',
    async round({ store, worker, log, signal }) {
      for (let i = 0; i < ROUND && !signal.aborted; i++) {
        const sent = await sendNextCheck(store, worker, server, signal);
        if (!sent.ok) {
          log.warn({ code: sent.fault.code }, explain(sent.fault));
          return AFTER_FAULT;
        }
        if (sent.value === null) return EVERY;
        log.info(sent.value, 'patchwork check');
      }
      return 1;
    },
  };
}
