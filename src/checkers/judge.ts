import { unknown, type Checker, type Finding, type OutOfTime } from './checker.ts';
import type { Subject } from './subject.ts';

/** Why the checker has nothing to say of such a history; null: it has. */
export function misfit(checker: Checker, { kind, transactional }: Subject): string | null {
  if (!checker.takes.includes(kind)) {
    return `${checker.name} is a claim about ${checker.takes.join(', ')} histories, and this is one of a ${kind}`;
  }
  if (transactional && !checker.transactions) {
    return `${checker.name} is a claim about single operations, and this history has transactions`;
  }
  return null;
}

/** A finding that is never a vacuous truth: a history too thin to show a violation is not valid but unknown. */
export function judge(checker: Checker, subject: Subject, outOfTime: OutOfTime): Finding {
  const reason = misfit(checker, subject);
  if (reason !== null) return unknown(reason);
  const finding = checker.check(subject, outOfTime);
  const { count, of } = checker.minimum;
  if (finding.verdict !== 'valid' || finding.seen >= count) return finding;
  const figures = finding.figures === undefined ? {} : { figures: finding.figures };
  return {
    ...unknown(`the history is too thin: ${finding.seen} ${of}, and ${count} at least are needed`),
    ...figures,
  };
}
