import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from './apply-steps.js';
import { ScratchWriter, stepsJob } from './scratch-writer.js';

let writer: ScratchWriter;
beforeEach(async () => {
  writer = await ScratchWriter.open();
});
afterEach(() => writer.remove());

function answer(): string {
  return writer.answers[0]?.id ?? 'nothing';
}

function take(owner: string, more: Partial<Extract<Step, { take: string }>> = {}): string {
  writer.apply({ take: 'pool', owner, low: 10n, high: 19n, ...more });
  return answer();
}

describe('numbers taken from a space', () => {
  it('are the lowest free ones, the same again for the same owner, and none when all are taken', () => {
    expect([take('a'), take('b'), take('a'), take('c')]).toEqual(['10', '11', '10', '12']);
    writer.apply({ release: 'b' });
    expect([take('d'), take('e')]).toEqual(['11', '13']);
    for (const owner of 'fghijk') take(owner);
    expect(take('late')).toBe('undefined');
    writer.apply({ release: 'c' });
    expect(take('late')).toBe('12');
  });

  it('can be wished for: refused when another has it, and the old one is given up for it', () => {
    take('a', { wish: 15n });
    expect(take('b', { wish: 15n })).toBe('undefined');
    expect(take('b')).toBe('10');
    expect(take('b', { wish: 16n })).toBe('16');
    expect(take('c')).toBe('10');
    expect(take('c', { wish: 99n })).toBe('undefined');
  });

  it('are free again when their job fails, whether or not the space was in memory before', async () => {
    take('a');
    await writer.close();
    await writer.reopen();
    const failing = stepsJob({ release: 'a' }, { take: 'pool', owner: 'b', low: 10n, high: 19n }, { refuse: 'no' });
    const good = stepsJob({ take: 'pool', owner: 'c', low: 10n, high: 19n });
    for (let round = 0; round < 2; round += 1) {
      const [failed] = writer.runTogether([
        ['intent', failing],
        ['intent', good],
      ]);
      expect(failed).toBeInstanceOf(Error);
      expect(answer()).toBe('11');
    }
    expect(writer.reader.claims('a')).toEqual([{ space: 'pool', owner: 'a', family: 4, low: 10n, high: 10n }]);
    expect(writer.reader.claims('b')).toEqual([]);
  });

  it('leave out what is claimed as a range, also where claims overlap and one of them goes', () => {
    writer.apply({ claim: 'pool', owner: 'x', low: 10n, high: 14n }, { claim: 'pool', owner: 'y', low: 13n, high: 16n });
    expect(take('a')).toBe('17');
    writer.apply({ release: 'y' });
    expect([take('b'), take('c')]).toEqual(['15', '16']);
    writer.apply({ release: 'x' });
    expect(take('d')).toBe('10');
  });

  it('may be IPv6 addresses', () => {
    const low = 0x2001_0db8_0000_0000_0000_0000_0000_0001n;
    const taken = ['a', 'b'].map((owner) => BigInt(take(owner, { low, high: low + 9n })));
    expect(taken).toEqual([low, low + 1n]);
    expect(writer.reader.claims('b')).toEqual([{ space: 'pool', owner: 'b', family: 6, low: low + 1n, high: low + 1n }]);
  });

  it('are handed out about as fast when 65,000 are taken as when none is', () => {
    const batch = (from: number): number => {
      const started = performance.now();
      const steps = Array.from({ length: 500 }, (_, at): Step => ({ take: 'keys', owner: `o${from + at}`, low: 0n, high: 100_000n }));
      writer.apply(...steps);
      return performance.now() - started;
    };
    const first = Math.min(batch(0), batch(500), batch(1000));
    for (let from = 1500; from < 65_000; from += 500) batch(from);
    writer.apply({ release: 'o17' }, { release: 'o40000' });
    const last = Math.min(batch(65_000), batch(65_500), batch(66_000));
    expect(writer.reader.claims('o65000')[0]?.low).toBe(17n);
    // A search that reads what is taken would be 50 times slower and more.
    expect(last / first).toBeLessThan(10);
  });
});

it('counters never hand out a number twice', async () => {
  const next = (): string => {
    writer.apply({ next: 'rule' });
    return answer();
  };
  expect([next(), next()]).toEqual(['1', '2']);
  await writer.close();
  await writer.reopen();
  expect(next()).toBe('3');
});

it('finds an overlapping claim of someone else, however large or small claims are', () => {
  const claim = fc.record({ owner: fc.constantFrom('a', 'b', 'c'), low: fc.integer({ min: 0, max: 5000 }), size: fc.constantFrom(0, 1, 7, 255, 3000) });
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 12 }), claim, (held, asked) => {
      const space = `space-${Math.random()}`;
      const ranges = held.map(({ owner, low, size }, at) => ({ owner: `${owner}${at}`, low: BigInt(low), high: BigInt(low + size) }));
      writer.apply(...ranges.map((range): Step => ({ claim: space, ...range })));
      const [low, high] = [BigInt(asked.low), BigInt(asked.low + asked.size)];
      const expected = ranges.filter((range) => range.low <= high && low <= range.high).map(({ owner }) => owner);
      writer.apply({ overlap: space, owner: 'me', low, high });
      const found = answer();
      expect(expected.length === 0 ? found === 'nobody' : expected.includes(found)).toBe(true);
      if (expected.length === 1) {
        writer.apply({ overlap: space, owner: expected[0] as string, low, high });
        expect(answer()).toBe('nobody');
      }
    }),
    { numRuns: 60 },
  );
});

it('tells the feed which claims were made and given up, and keeps those that stay', () => {
  writer.apply({ claim: 'subnets', owner: 'a', low: 0n, high: 255n });
  writer.apply({ claim: 'subnets', owner: 'a', low: 0n, high: 255n });
  writer.apply({ claim: 'subnets', owner: 'a', low: 256n, high: 511n });
  const made = { space: 'subnets', owner: 'a', family: 4, gone: false };
  expect(writer.commits.map(({ sequence, claims }) => [sequence, claims])).toEqual([
    [1, [{ ...made, low: 0n, high: 255n }]],
    [
      3,
      [
        { ...made, low: 0n, high: 255n, gone: true },
        { ...made, low: 256n, high: 511n },
      ],
    ],
  ]);
});
