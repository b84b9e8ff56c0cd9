import { describe, expect, it } from 'vitest';
import { Field, Variant } from '../../src/model/field.js';
import { validate } from '../../src/model/validator.js';

@Variant('Bus', 'kind')
class Bus {
  @Field('integer', 'Its number.', { min: 1, max: 99 })
  number?: number;
}

@Variant('Ship', 'kind')
class Ship {}

class Trip {
  @Field('string', 'What it is called.', { required: true, minLength: 2, maxLength: 5 })
  name!: string;

  @Field('string', 'Where it leads.', { enum: ['NORTH', 'SOUTH'] })
  direction?: string;

  @Field('string', 'Where it starts.', { format: 'ip-cidr-block' })
  from?: string;

  @Field('string', 'Its code.', { pattern: '^[A-Z]+$' })
  code?: string;

  @Field('string', 'Who comes along.', { array: true, minItems: 2, maxItems: 3 })
  people?: string[];

  @Field({ oneOf: () => [Bus, Ship] }, 'With what.', { array: true })
  vehicles?: object[];

  @Field(() => Trip, 'The way back.')
  back?: Trip;

  @Field('string', 'Who may know.', { readOnly: true, enum: ['NOBODY'] })
  secrecy?: string;
}

const said = (body: unknown, at?: string) => validate(Trip, body, at).map(({ field, message }) => [field, message]);

describe('what is wrong with a body', () => {
  it.each<[string, unknown, string, string]>([
    ['an unknown field', { name: 'abc', nonsense: 1 }, 'nonsense', 'Field nonsense is unknown: remove it or correct its name.'],
    ['a missing field', {}, 'name', 'Field name is required: add it.'],
    ['a wrong type', { name: 5 }, 'name', 'Field name must be a string.'],
    ['a text for a list', { name: 'abc', people: 'x' }, 'people', 'Field people must be an array.'],
    ['a text for a structure', { name: 'abc', back: 'x' }, 'back', 'Field back must be an object.'],
    ['a fraction', { name: 'abc', vehicles: [{ kind: 'Bus', number: 1.5 }] }, 'vehicles[0].number', 'Field vehicles[0].number must be an integer.'],
    ['a value not in the list', { name: 'abc', direction: 'UP' }, 'direction', 'Field direction must be one of NORTH, SOUTH.'],
    ['a short text', { name: 'a' }, 'name', 'Field name must have at least 2 characters.'],
    ['a long text', { name: 'abcdef' }, 'name', 'Field name must have at most 5 characters.'],
    ['few items', { name: 'abc', people: ['a'] }, 'people', 'Field people must have at least 2 items.'],
    ['many items', { name: 'abc', people: ['a', 'b', 'c', 'd'] }, 'people', 'Field people must have at most 3 items.'],
    ['a wrong form', { name: 'abc', from: 'here' }, 'from', 'Field from must be a block in CIDR notation, such as 10.0.0.0/24.'],
    ['a wrong pattern', { name: 'abc', code: 'x' }, 'code', 'Field code must match ^[A-Z]+$.'],
    ['a small number', { name: 'abc', vehicles: [{ kind: 'Bus', number: 0 }] }, 'vehicles[0].number', 'Field vehicles[0].number must be at least 1.'],
    ['a large number', { name: 'abc', vehicles: [{ kind: 'Bus', number: 100 }] }, 'vehicles[0].number', 'Field vehicles[0].number must be at most 99.'],
    [
      'an unknown kind',
      { name: 'abc', vehicles: [{ kind: 'Kite' }] },
      'vehicles[0].kind',
      'Field vehicles[0].kind must say which kind it is: kind is missing or is not one of the known kinds.',
    ],
    [
      'something deep inside',
      { name: 'abc', back: { name: 'abc', back: { name: 'x' } } },
      'back.back.name',
      'Field back.back.name must have at least 2 characters.',
    ],
  ])('%s', (_what, body, field, message) => {
    expect(said(body)).toContainEqual([field, message]);
  });

  it('names fields as they stand in the body that the value came in', () => {
    expect(said({ name: 'a' }, 'children[0].Trip')).toEqual([['children[0].Trip.name', 'Field children[0].Trip.name must have at least 2 characters.']]);
    expect(said([])).toEqual([['', 'The body must be an object.']]);
  });

  it('is all told at once, each thing once, and no more than ten', () => {
    expect(said({ name: 'a', direction: 'UP' })).toHaveLength(2);
    expect(said(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`x${at}`, 1])))).toHaveLength(10);
  });

  it('is nothing that the system will set', () => {
    expect(said({ name: 'abc', secrecy: 'EVERYBODY' })).toEqual([]);
  });

  it('counts characters as people do, not as they are stored', () => {
    expect(said({ name: '𐐀𐐀𐐀𐐀𐐀' })).toEqual([]);
    expect(said({ name: '𐐀' })).toHaveLength(1);
  });

  it('sees numbers that JSON cannot hold', () => {
    expect(said({ name: 'abc', vehicles: [{ kind: 'Bus', number: Number.POSITIVE_INFINITY }] })).not.toEqual([]);
  });
});
