import { z } from 'zod';

/** A mail in the outbox. */
export const mailParcel = z.strictObject({
  reviewId: z.number().int(),
  place: z.string(),
  mode: z.enum(['author', 'list']),
  from: z.string().nullable(),
  recipients: z.array(z.string()),
  messageId: z.string(),
  message: z.string(),
});

/** A check for patchwork in the outbox. */
export const checkParcel = z.strictObject({
  messageId: z.string(),
  context: z.string(),
  state: z.string(),
  description: z.string(),
  target_url: z.string().nullable(),
});

export type MailParcel = z.infer<typeof mailParcel>;
export type CheckParcel = z.infer<typeof checkParcel>;
