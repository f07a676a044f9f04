import type { Checker, Figures, Finding } from '../checkers/checker.ts';
import { deadline } from '../checkers/checker.ts';
import { checkers } from '../checkers/checkers.ts';
import { judge, misfit } from '../checkers/judge.ts';
import { drawLanes } from '../checkers/lanes.ts';
import { kinds, subjectOf, type Kind, type Subject } from '../checkers/subject.ts';
import { labelOf } from '../checkers/words.ts';
import type { Operation, Outcome } from '../history/operation.ts';
import { readHistory, type HistoryFormat } from '../history/read-history.ts';
import type { Value } from '../history/value.ts';
import { writeElle } from '../history/write-elle.ts';

export interface CheckRequest {
  /** How it is called in the report. */
  readonly file: string;
  readonly text: string;
  readonly format: HistoryFormat | null;
  readonly kind: Kind | null;
  readonly initial: Value | undefined;
  /** Null: those it says it was made for, else all that fit. */
  readonly claims: readonly string[] | null;
  /** For each claim. */
  readonly budgetMs: number;
  readonly exported: boolean;
}

export interface CheckedClaim {
  readonly name: string;
  readonly claim: string;
  readonly verdict: Finding['verdict'];
  /** Why it is unknown; null otherwise. */
  readonly reason: string | null;
  /** How many observations could have shown a violation; null when that was not counted to the end. */
  readonly seen: number | null;
  /** Of what. */
  readonly of: string;
  readonly figures: Figures | null;
  readonly witness: {
    readonly anomaly: string | null;
    readonly why: readonly string[];
    readonly lanes: readonly string[];
    /** How many of the operations are drawn: the last ones. */
    readonly drawn: number;
    readonly operations: readonly {
      readonly line: number;
      readonly process: number;
      readonly text: string;
      readonly outcome: Outcome;
    }[];
  } | null;
  readonly ms: number;
}

export interface CheckReport {
  readonly file: string;
  readonly model: Kind;
  readonly transactions: boolean;
  readonly keyed: boolean;
  /** Its last line was not whole: whoever wrote it was killed. */
  readonly torn: boolean;
  readonly operations: Readonly<Record<Outcome, number>>;
  readonly keys: number;
  readonly verdict: Finding['verdict'];
  readonly claims: readonly CheckedClaim[];
}

/**
 * Reads a history and checks claims about it. Throws HistoryMistake. What is asked for by name and not decided
 * makes the whole unknown; of all others, those decide that the history says enough about.
 */
export function check(
  request: CheckRequest,
  now: () => number,
  progress: (line: string) => void,
): { readonly report: CheckReport; readonly exported: string | null } {
  const history = readHistory(request.text, request.format ?? undefined);
  const kind = request.kind ?? kinds.find((one) => one === history.header.model);
  const subject = subjectOf(history, {
    ...(kind === undefined ? {} : { kind }),
    ...(request.initial === undefined ? {} : { initial: request.initial }),
  });
  const model = subject.kind === 'list' ? 'list-append' : 'rw-register';
  const exported = request.exported ? writeElle(history.operations, model) : null;
  const madeFor = history.header.claims;
  const fits = (checker: Checker): boolean =>
    misfit(checker, subject) === null && (madeFor === undefined || madeFor.includes(checker.name));
  const asked = checkers.filter((checker) =>
    request.claims === null ? fits(checker) : request.claims.includes(checker.name),
  );
  const claims = asked.map((checker) => {
    progress(`checking ${checker.name}`);
    return claimOf(checker, subject, request.budgetMs, now);
  });
  const outcomes = { ok: 0, fail: 0, info: 0 };
  for (const { outcome } of history.operations) outcomes[outcome] += 1;
  const report = {
    file: request.file,
    model: subject.kind,
    transactions: subject.transactional,
    keyed: history.keyed,
    torn: history.torn ?? false,
    operations: outcomes,
    keys: new Set(subject.steps.flatMap((steps) => steps.map(({ key }) => key))).size,
    verdict: verdictOf(claims, request.claims !== null),
    claims,
  };
  return { report, exported };
}

function claimOf(checker: Checker, subject: Subject, budgetMs: number, now: () => number): CheckedClaim {
  const begun = now();
  const finding = judge(checker, subject, deadline(now, budgetMs));
  return {
    name: checker.name,
    claim: checker.claim,
    verdict: finding.verdict,
    reason: finding.verdict === 'unknown' ? finding.reason : null,
    seen: finding.verdict === 'valid' ? finding.seen : null,
    of: checker.minimum.of,
    figures: finding.figures ?? null,
    witness: finding.verdict === 'violated' ? witnessOf(finding.witness) : null,
    ms: Math.round(now() - begun),
  };
}

/** More than this no eye follows: the last are drawn, where it goes wrong. */
const drawnMax = 12;

function witnessOf({
  anomaly,
  why,
  operations,
}: Extract<Finding, { verdict: 'violated' }>['witness']): CheckedClaim['witness'] {
  return {
    anomaly,
    why,
    lanes: drawLanes(operations.slice(-drawnMax)),
    drawn: Math.min(drawnMax, operations.length),
    operations: operations.map((operation: Operation) => ({
      line: operation.line,
      process: operation.process,
      text: labelOf(operation),
      outcome: operation.outcome,
    })),
  };
}

function verdictOf(claims: readonly CheckedClaim[], byName: boolean): Finding['verdict'] {
  const any = (verdict: Finding['verdict']): boolean => claims.some((claim) => claim.verdict === verdict);
  if (any('violated')) return 'violated';
  if (any('unknown') && (byName || !any('valid'))) return 'unknown';
  return claims.length === 0 ? 'unknown' : 'valid';
}
