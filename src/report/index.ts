/**
 * How a review is shown: pure functions from a `Review` to the text of one surface each. No clock, no file, no
 * environment; whoever calls has looked at the terminal. All text from mails and sources is data and is made safe here.
 */
export { drawDiagram } from '../review/index.ts';
export { type B4Result, renderB4, renderB4Fault } from './b4.ts';
export {
  type Annotation,
  type CheckRunOptions,
  type CheckRunReport,
  renderCheckRun,
} from './check-run.ts';
export { clean } from './clean.ts';
export { renderJson } from './json.ts';
export type { PastFinding } from './mail-body.ts';
export { type MailOptions, type Reply, renderMail } from './mail-reply.ts';
export { isProgram, type Silence } from './mail-silence.ts';
export { type MarkdownOptions, renderMarkdown } from './markdown.ts';
export { code, inert } from './markdown-escape.ts';
export { type PatchworkCheck, renderPatchwork } from './patchwork.ts';
export { renderSarif } from './sarif.ts';
export { type PatchReview, type Patchset, renderSashiko } from './sashiko.ts';
export { renderText, type TextOptions } from './text.ts';
export { renderComparison } from './text-comparison.ts';
export { renderExplain } from './text-explain.ts';
