/** What has been killed, over all clusters of a run; shared, so that together they reach the number asked for. */
export class Tally {
  readonly wanted: number;
  readonly #byKind = new Map<string, number>();
  readonly problems: string[] = [];
  lives = 0;
  acknowledged = 0;
  unknown = 0;
  refused = 0;
  discarded = 0;
  promotions = 0;

  constructor(wanted: number) {
    this.wanted = wanted;
  }

  get kills(): number {
    return [...this.#byKind.values()].reduce((sum, count) => sum + count, 0);
  }

  get isReached(): boolean {
    return this.kills >= this.wanted || this.problems.length > 0;
  }

  killed(kind: string): void {
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
  }

  line(): string {
    const { kills, wanted, lives, acknowledged, problems } = this;
    return `${kills}/${wanted} kills, ${lives} clusters through, ${acknowledged} writes acknowledged, ${problems.length} problems`;
  }

  summary(): string {
    const kinds = [...this.#byKind].toSorted(([a], [b]) => a.localeCompare(b));
    const { lives, acknowledged, unknown, refused, discarded, promotions, kills } = this;
    return [
      ...kinds.map(([kind, count]) => `${String(count).padStart(6)}  ${kind}`),
      `${String(kills).padStart(6)}  kills in ${lives} clusters, with ${promotions} promotions that gave up what they did not have`,
      `${String(acknowledged).padStart(6)}  writes acknowledged; ${discarded} of them given up by promotions, and listed so`,
      `${String(unknown).padStart(6)}  outcomes unknown, ${refused} refused`,
    ].join('\n');
  }
}
