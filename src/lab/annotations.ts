import type { LabResult } from './run-lab.ts';

/** What did not pass, as GitHub shows it beside the line of the lab: workflow commands. */
export function annotationsOf({ lab, steps, again }: LabResult): readonly string[] {
  return steps
    .filter(({ verdict }) => verdict !== 'passed')
    .map(({ line, text, verdict, said }) => {
      const level = verdict === 'inconclusive' ? 'warning' : 'error';
      const where = `file=${property(lab.file)},line=${line},title=${property(`${lab.name}: ${verdict}`)}`;
      return `::${level} ${where}::${data(`${text}\n${said}\nagain: ${again}`)}`;
    });
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
