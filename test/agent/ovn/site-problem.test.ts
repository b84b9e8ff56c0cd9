import { expect, it } from 'vitest';
import { idText } from '../../../src/agent/held-state.js';
import { problemsOf, refusalFor } from '../../../src/agent/ovn/site-problem.js';
import { ResourceKind } from '../../../src/realization/resources.pb.js';

const balancer = (key: string) => ({ kind: ResourceKind.LAYER7_BALANCER, key });
const changed = (...keys: readonly string[]): Set<string> => new Set(keys.map((key) => idText(balancer(key))));
const problem = (...suspects: readonly string[]) => ({ site: 'r', suspects: suspects.map(balancer), reason: `wrong: ${suspects}` });

it('goes on after what failed', async () => {
  const done: string[] = [];
  const bring = async (name: string): Promise<void> => {
    if (name === 'b') throw new Error('no');
    done.push(name);
  };
  const problems = await problemsOf(['a', 'b', 'c'], bring, (site) => ({ site, suspects: [] }));
  expect([done, problems]).toEqual([['a', 'c'], [{ site: 'b', suspects: [], reason: 'no' }]]);
});

it('names the culprit where the transaction has one, and nobody where it has several', () => {
  expect(refusalFor([problem('a', 'b')], changed('b', 'other'), [])).toEqual({ reason: 'wrong: a,b', culprit: balancer('b') });
  expect(refusalFor([problem('a', 'b')], changed('a', 'b'), [])).toEqual({ reason: 'wrong: a,b' });
  expect(refusalFor([problem('a', 'b'), problem('c')], changed('a', 'b', 'c'), [])).toEqual({ reason: 'wrong: c', culprit: balancer('c') });
});

it('refuses a transaction for what it brings about, and not for what others lacked before it', () => {
  expect(refusalFor([problem('a')], changed('x'), [])).toEqual({ reason: 'wrong: a' });
  expect(refusalFor([problem('a')], changed('x'), [problem('a')])).toBeUndefined();
  expect(refusalFor([problem('a')], changed('a'), [problem('a')])).toEqual({ reason: 'wrong: a', culprit: balancer('a') });
  expect(refusalFor([], changed('a'), [])).toBeUndefined();
});
