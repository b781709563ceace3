/**
 * What outlives a review: so far the answers that people gave to findings, in a file of the data folder. No rendering here.
 */
export { answerFile } from './answer-file.ts';
