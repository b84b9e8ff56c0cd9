import { describe, expect, it } from 'vitest';
import { Field, Variant } from '../../src/model/field.js';
import { PolicyConfigResource, type PolicyObject } from '../../src/model/policy-object.js';
import { Registry } from '../../src/model/registry.js';
import { Resource } from '../../src/model/resource.js';
import { literalProblems, referenceProblem, referencesOf } from '../../src/policy/references.js';
import { policyObject } from '../store/apply-steps.js';

@Resource({ doc: 'A root.', at: [{ root: 'world' }] })
class World extends PolicyConfigResource {}

@Resource({ doc: 'A vehicle.', abstract: true, at: [{ parent: World, collection: 'vehicles' }] })
abstract class Vehicle extends PolicyConfigResource {}

@Resource({ doc: 'A tram.' })
class Tram extends Vehicle {}

@Variant('Stop')
class Stop {
  @Field('string', 'Where.', { refs: { to: ['World'] } })
  place?: string;

  @Field(() => Stop, 'Stops around the corner.', { array: true })
  near?: Stop[];
}

@Resource({ doc: 'A line.', at: [{ parent: World, collection: 'lines' }] })
class Line extends PolicyConfigResource {
  @Field('string', 'What runs on it.', { array: true, refs: { to: ['Vehicle'], also: ['ANY', 'ADDRESS'] } })
  vehicles?: string[];

  @Field('string', 'Its depot.', { refs: { to: ['World'], soft: true } })
  depot?: string;

  @Field('string', 'A path or a name.', { refs: { to: ['World'], also: ['TEXT'] } })
  remark?: string;

  @Field({ oneOf: () => [Stop] }, 'Where it stops.', { array: true })
  stops?: Stop[];
}

const registry = new Registry([World, Vehicle, Tram, Line]);
const line = (more: object): PolicyObject => policyObject('/world/lines/1', { resource_type: 'Line', ...more });
const found = (more: object) => referencesOf(registry.get('Line'), line(more));

describe('references of an object', () => {
  it('are the paths in its reference fields, also inside structures, each with the place where it stands', () => {
    const stops = [{ resource_type: 'Stop' }, { resource_type: 'Stop', place: '/world', near: [{ resource_type: 'Stop', place: '/world/lines/2' }] }];
    expect(found({ vehicles: ['/world/vehicles/a', '/world/vehicles/b'], stops }).map(({ field, target, source }) => [source, field, target])).toEqual([
      ['/world/lines/1', 'vehicles[0]', '/world/vehicles/a'],
      ['/world/lines/1', 'vehicles[1]', '/world/vehicles/b'],
      ['/world/lines/1', 'stops[1].place', '/world'],
      ['/world/lines/1', 'stops[1].near[0].place', '/world/lines/2'],
    ]);
  });

  it('are hard unless the field says otherwise', () => {
    expect(found({ depot: '/world', vehicles: ['/world/vehicles/a'] }).map(({ field, hard }) => [field, hard])).toEqual([
      ['vehicles[0]', true],
      ['depot', false],
    ]);
  });

  it('are not the words and addresses that a field also takes', () => {
    expect(found({ vehicles: ['ANY', '10.0.0.1', '10.0.0.0/8'], remark: 'a name' })).toEqual([]);
  });

  it('are none where no field refers to anything', () => {
    expect(referencesOf(registry.get('Tram'), policyObject('/world/vehicles/a', { resource_type: 'Tram', description: '/world' }))).toEqual([]);
  });
});

describe('a value that is no path', () => {
  const problems = (more: object) => literalProblems(registry.get('Line'), line(more) as never).map(({ field, message }) => [field, message]);

  it('is fine where the field takes it, in any case', () => {
    expect(problems({ vehicles: ['any', 'ANY', '10.0.0.1', '10.0.0.1-10.0.0.9', '2001:db8::/32'], remark: 'whatever' })).toEqual([]);
  });

  it('is refused elsewhere, and the answer says what is possible', () => {
    expect(problems({ vehicles: ['ANY', 'tram'], depot: 'here' })).toEqual([
      ['vehicles[1]', 'Field vehicles[1] must be the policy path of a Vehicle, or ANY, or an address, block or range.'],
      ['depot', 'Field depot must be the policy path of a World.'],
    ]);
  });
});

describe('a reference', () => {
  const [hard, soft] = found({ vehicles: ['/world/vehicles/a'], depot: '/world/vehicles/a' }) as [never, never];

  it('must resolve when it is hard', () => {
    expect(referenceProblem(registry, hard, undefined)).toMatchObject({ status: 400, field: 'vehicles[0]', path: '/world/lines/1' });
    expect(referenceProblem(registry, soft, undefined)).toBeUndefined();
  });

  it('may point to any variant of an abstract type, and to no other type, hard or soft', () => {
    const tram = policyObject('/world/vehicles/a', { resource_type: 'Tram' });
    expect(referenceProblem(registry, hard, tram)).toBeUndefined();
    expect(referenceProblem(registry, soft, tram)?.message).toBe('Field depot refers to /world/vehicles/a, which is a Tram: it must be a World.');
  });
});
