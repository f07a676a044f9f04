import { describe, expect, test } from 'vitest';
import { clientPlaces, formatRegions, latencyMs, parseRegions } from '../../src/cluster/regions.ts';
import { defaultLatency, formatLatency, parseLatency } from '../../src/cluster/latency.ts';

const nodes = ['n1', 'n2', 'n3', 'n4'];

function dealt(text: string, among: readonly string[] | null = nodes) {
  const parsed = parseRegions(text, among, 3);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

describe('which regions there are', () => {
  test('nodes are dealt in turn', () => {
    expect(dealt('eu,us,ap')).toEqual({
      names: ['eu', 'us', 'ap'],
      nodes,
      of: { n1: 'eu', n2: 'us', n3: 'ap', n4: 'eu' },
    });
  });

  test('without a number of nodes each region has one, and there are at least three', () => {
    expect(dealt('a,b,c,d', null).nodes).toEqual(nodes);
    expect(dealt('a,b', null).of).toEqual({ n1: 'a', n2: 'b', n3: 'a' });
  });

  test('or it is said where each stands; a region may have none', () => {
    expect(dealt('eu:n1,n3/us:n2,n4/ap', null)).toEqual({
      names: ['eu', 'us', 'ap'],
      nodes,
      of: { n1: 'eu', n2: 'us', n3: 'eu', n4: 'us' },
    });
  });

  test.for([
    ['', /is no name of a region/],
    ['EU,us', /"EU" is no name of a region/],
    ['eu,,us', /"" is no name of a region/],
    ['n1,us', /n1 is the name of a node/],
    ['all,us', /all means something else/],
    ['eu,us,eu', /eu is named twice/],
    ['eu:n1,n2/us:n3', /n4 is in no region/],
    ['eu:n1,n2/us:n2,n3,n4', /n2 is in two regions/],
    ['eu:n1,n2/us:n3,n4,n9', /no node n9; the nodes are n1, n2, n3, n4/],
    ['eu:n1,n2,us:n3,n4', /stands "\/"/],
    ['eu:n1,x/us:n3,n4', /"x" is no node/],
  ] as const)('%s is refused', ([text, reason]) => {
    expect(parseRegions(text, nodes, 3)).toMatch(reason);
  });

  test('as text they parse back', () => {
    for (const text of ['eu:n1,n4/us:n2/ap:n3', 'eu:n1,n2,n3,n4/us']) {
      const { of, names } = dealt(text);
      expect(formatRegions({ of, latencyMs: defaultLatency(names) })).toBe(text);
    }
  });
});

describe('how far apart they are', () => {
  const names = ['eu', 'us', 'ap'];

  test.for([
    ['continents', ['eu:us=80ms', 'eu:ap=238ms', 'us:ap=216ms']],
    ['near', ['eu:us=20ms', 'eu:ap=20ms', 'us:ap=20ms']],
    ['zones', ['eu:us=2ms', 'eu:ap=2ms', 'us:ap=2ms']],
    ['150ms', ['eu:us=150ms', 'eu:ap=150ms', 'us:ap=150ms']],
    ['eu:us=80ms,ap:eu=1s,us:ap=15ms', ['eu:us=80ms', 'eu:ap=1s', 'us:ap=15ms']],
    [
      '# measured\neu:us=80ms\neu:ap=238ms # far\nus:ap=216ms\neu:eu=1ms us:af=9ms',
      ['eu:eu=1ms', 'eu:us=80ms', 'eu:ap=238ms', 'us:ap=216ms'],
    ],
    ['{"eu:us": "81ms", "eu:ap": "2ms", "us:ap": "3ms"}', ['eu:us=81ms', 'eu:ap=2ms', 'us:ap=3ms']],
  ] as const)('%j', ([text, expected]) => {
    const matrix = parseLatency(text, names);
    if (typeof matrix === 'string') throw new Error(matrix);
    expect(formatLatency(matrix)).toEqual(expected);
    expect(parseLatency(formatLatency(matrix).join(','), names)).toEqual(matrix);
  });

  test.for([
    ['eu:us=80ms', /does not say the round trip of eu and ap/],
    ['eu:us=80', /"eu:us=80" is no round trip/],
    ['eu:us=80ms,us:eu=90ms,eu:ap=1ms,us:ap=1ms', /eu and us is given twice|us and eu is given twice/],
    ['', /does not say the round trip of eu and us/],
    ['far', /"far" is no round trip/],
    ['2h', /longer than ten seconds/],
    ['{"eu:us": "80ms"', /begins like JSON/],
    ['{"eu:us": 80}', /"eu:us=80" is no round trip/],
  ] as const)('%j is refused', ([text, reason]) => {
    expect(parseLatency(text, names)).toMatch(reason);
  });

  test('a preset knows its regions or says which it knows', () => {
    expect(parseLatency('continents', ['eu', 'moon'])).toMatch(/does not know moon; it knows us, eu, ap/);
    expect(parseLatency('near', ['a', 'moon'])).toEqual({ a: { a: 0, moon: 10 }, moon: { a: 10, moon: 0 } });
  });

  test('when nobody says: as continents are, or the same everywhere', () => {
    expect(formatLatency(defaultLatency(['us', 'eu']))).toEqual(['us:eu=80ms']);
    expect(formatLatency(defaultLatency(['us', 'mars']))).toEqual(['us:mars=100ms']);
  });

  test('half each way, between the regions of both ends; nothing where either stands in none', () => {
    const regions = { of: { n1: 'eu', n2: 'us', n3: 'eu' }, latencyMs: defaultLatency(['eu', 'us']) };
    expect(clientPlaces(regions)).toEqual(['client', 'client@eu', 'client@us']);
    expect(
      (
        [
          ['n1', 'n2'],
          ['n1', 'n3'],
          ['client@us', 'n1'],
          ['client@us', 'n2'],
          ['client', 'n2'],
        ] as const
      ).map(([from, to]) => latencyMs(regions, from, to)),
    ).toEqual([40, 0, 40, 0, 0]);
    expect(clientPlaces(undefined)).toEqual(['client']);
    expect(latencyMs(undefined, 'n1', 'n2')).toBe(0);
  });
});
