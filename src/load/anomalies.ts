import { checkers } from '../checkers/checkers.ts';
import { judge } from '../checkers/judge.ts';
import { looksOf } from '../checkers/staleness.ts';
import { subjectOf, type Subject } from '../checkers/subject.ts';
import { visibleAfter } from '../checkers/visibility.ts';
import type { Header, Operation } from '../history/operation.ts';
import type { Workload } from '../workloads/workload.ts';
import { quantilesOf, type Quantiles } from './quantiles.ts';

/**
 * What clients saw that they should not have, counted as `check` counts. Null: this workload cannot show it, or there
 * were too few reads that could have.
 */
export interface Anomalies {
  /** Reads that missed a write acknowledged before they began. */
  readonly staleReads: number | null;
  /** Reads of something older than the same user had read before. */
  readonly readsBackwards: number | null;
  /** Reads that missed a write of the same user. */
  readonly ownWritesMissing: number | null;
  /** Acknowledged writes that are not there in the end, as the final reads show it. */
  readonly lostWrites: number | null;
  /** How many reads could have shown each of them. */
  readonly looks: {
    readonly stale: number | null;
    readonly backwards: number | null;
    readonly ownWrites: number | null;
  };
  /** By how many writes a read was behind, at most. */
  readonly versionsBehindMax: number | null;
  /** Of stale reads: for how long what they missed had been acknowledged. */
  readonly staleMs: Quantiles;
  /** Of acknowledged writes: how long a read still missed them; 0 when none did. */
  readonly visibleMs: Quantiles;
}

export interface Found {
  readonly anomalies: Anomalies;
  /** By id. */
  readonly stale: ReadonlySet<number>;
  /** Claims this history has too few observations for: that it shows no anomaly of theirs proves nothing. */
  readonly unjudged: readonly string[];
}

const never = (): boolean => false;

/** Of claims whose checkers count every violation, and take next to no time. */
const counted = ['staleness', 'monotonic-reads', 'read-your-writes', 'lost-writes'];

export function findAnomalies(operations: readonly Operation[], header: Header, workload: Workload): Found {
  const subject = subjectOf({ header, operations, keyed: false }, { kind: workload.model });
  const figures = new Map<string, Readonly<Record<string, number | null>>>();
  const unjudged: string[] = [];
  for (const checker of checkers) {
    if (!workload.claims.includes(checker.name) || !counted.includes(checker.name)) continue;
    const finding = judge(checker, subject, never);
    if (finding.figures !== undefined) figures.set(checker.name, finding.figures);
    if (finding.verdict === 'unknown') unjudged.push(checker.name);
  }
  const of = (claim: string, figure: string): number | null => figures.get(claim)?.[figure] ?? null;
  const anomaliesOf = (claim: string, figure: string): number | null => {
    const count = of(claim, figure);
    return count === 0 && unjudged.includes(claim) ? null : count;
  };
  const looks = staleLooks(subject, workload);
  const stale = looks.filter(({ missed }) => missed > 0);
  return {
    anomalies: {
      staleReads: anomaliesOf('staleness', 'stale'),
      readsBackwards: anomaliesOf('monotonic-reads', 'backwards'),
      ownWritesMissing: anomaliesOf('read-your-writes', 'missing'),
      lostWrites: of('lost-writes', 'neverRead') === 0 ? anomaliesOf('lost-writes', 'lost') : null,
      looks: {
        stale: of('staleness', 'reads'),
        backwards: of('monotonic-reads', 'rereads'),
        ownWrites: of('read-your-writes', 'readsOfOwn'),
      },
      versionsBehindMax: of('staleness', 'versionsMax'),
      staleMs: quantilesOf(stale.flatMap(({ ms }) => ms ?? [])),
      visibleMs: quantilesOf(visibleAfter(subject, never) ?? []),
    },
    stale: new Set(stale.map(({ read }) => read.id)),
    unjudged,
  };
}

function staleLooks(subject: Subject, { claims }: Workload) {
  return claims.includes('staleness') ? (looksOf(subject, never) ?? []) : [];
}
