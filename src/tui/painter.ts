import { Chalk } from 'chalk';
import { plainPainter, type Painter } from './line.ts';

/** Names of the terminal's own colours, so that its theme decides; what is alarming is also reversed. */
export function painterOf(colour: boolean): Painter {
  if (!colour) return plainPainter;
  const chalk = new Chalk({ level: 1 });
  return {
    good: chalk.green,
    caution: chalk.yellow,
    bad: chalk.red,
    dim: chalk.dim,
    bold: chalk.bold,
    alarm: chalk.bold.whiteBright.bgRed,
  };
}
