/** How text is painted. Plain when the output is no terminal, or NO_COLOR is set. */
export interface Style {
  good(text: string): string;
  /** Worth a look: behind, paused, degraded. */
  caution(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

const same = (text: string): string => text;

export const plain: Style = { good: same, caution: same, bad: same, dim: same, bold: same };
