/** A file that is no history. The message says what is there and what was expected, as a sentence without its end. */
export class HistoryMistake extends Error {
  override name = 'HistoryMistake';
  /** Counts from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}
