/**
 * Bytes become `Mail`s: headers, decoded body, attachments, and a note of everything that was wrong with them.
 * Files, directories, maildirs and standard input are read as streams, so that a list archive of 100,000 mails needs
 * no more memory than its largest mail. A mail that cannot be read is kept as a named fault; it never stops the run.
 * This room knows nothing of patches.
 */
export { type Attachment, header, type Mail, type MessageId, type Person } from './mail.ts';
export { parseMail } from './parse-mail.ts';
export { type ReadItem, readMails, readStream } from './read-mails.ts';
export { splitMails } from './read-mbox.ts';
