import { describe, expect, it } from 'vitest';
import { addDefaults, FieldSearch, takeSecrets, withoutEmpty } from '../../src/model/body.js';
import { Field, Variant } from '../../src/model/field.js';

@Variant('Key')
class Key {
  @Field('string', 'Which.', { required: true })
  name!: string;

  @Field('string', 'What opens it.', { secret: true })
  code?: string;

  @Field('integer', 'How often it turns.', { default: 1 })
  turns?: number;
}

@Variant('Plain')
class Plain {}

class Door {
  @Field('string', 'Its colour.')
  colour?: string;

  @Field('string', 'Who may pass.', { array: true, default: ['ANY'] })
  guests?: string[];

  @Field('string', 'What is written on it.', { required: true })
  sign!: string;

  @Field('boolean', 'Whether it is open.', { default: true })
  open?: boolean;

  @Field('integer', 'How often it was opened.', { readOnly: true })
  opened?: number;

  @Field({ oneOf: () => [Key, Plain] }, 'What locks it.', { array: true })
  locks?: (Key | Plain)[];

  @Field(() => Door, 'The door behind it.')
  behind?: Door;
}

describe('what means nothing', () => {
  it('is null anywhere, and an empty text or list in an optional field', () => {
    expect(withoutEmpty(Door, { colour: '', guests: [], sign: '', open: null })).toEqual({ sign: '' });
    expect(withoutEmpty(Door, { sign: null })).toEqual({});
  });

  it('is what the system sets, whatever a client sends for it', () => {
    expect(withoutEmpty(Door, { sign: 'x', opened: 'often' })).toEqual({ sign: 'x' });
  });

  it('is neither false nor 0, nor an item of a list', () => {
    expect(withoutEmpty(Door, { sign: 'x', open: false, guests: [''] })).toEqual({ sign: 'x', open: false, guests: [''] });
    expect(withoutEmpty(Key, { resource_type: 'Key', name: 'k', turns: 0 })).toMatchObject({ turns: 0 });
  });

  it('is found inside structures and unions, where the kind is known', () => {
    const behind = { sign: 'y', colour: '', behind: { sign: 'z', guests: [] } };
    expect(withoutEmpty(Door, { sign: 'x', behind })).toEqual({ sign: 'x', behind: { sign: 'y', behind: { sign: 'z' } } });
    const locks = [{ resource_type: 'Key', name: '', turns: null }, { resource_type: 'Nonsense', turns: null }, 'x'];
    expect(withoutEmpty(Door, { sign: 'x', locks })).toEqual({
      sign: 'x',
      locks: [{ resource_type: 'Key', name: '' }, { resource_type: 'Nonsense', turns: null }, 'x'],
    });
  });

  it('is not an unknown field, which the validator is to report', () => {
    expect(withoutEmpty(Door, { sign: 'x', nonsense: '' })).toEqual({ sign: 'x', nonsense: '' });
  });

  it('leaves the body that came as it is', () => {
    const body = { sign: 'x', colour: '', behind: { sign: 'y', colour: '' } };
    withoutEmpty(Door, body);
    expect(body).toEqual({ sign: 'x', colour: '', behind: { sign: 'y', colour: '' } });
  });
});

describe('defaults', () => {
  it('fill what was left out, also inside structures, and nothing else', () => {
    const body = { sign: 'x', open: false, locks: [{ resource_type: 'Key', name: 'k' }, { resource_type: 'Plain' }], behind: { sign: 'y' } };
    addDefaults(Door, body);
    expect(body).toEqual({
      sign: 'x',
      open: false,
      guests: ['ANY'],
      locks: [{ resource_type: 'Key', name: 'k', turns: 1 }, { resource_type: 'Plain' }],
      behind: { sign: 'y', open: true, guests: ['ANY'] },
    });
  });

  it('are each body’s own', () => {
    const [first, second] = [{ sign: 'x' }, { sign: 'x' }] as { sign: string; guests?: string[] }[];
    addDefaults(Door, first as never);
    first?.guests?.push('cat');
    addDefaults(Door, second as never);
    expect(second?.guests).toEqual(['ANY']);
  });
});

describe('wanted fields', () => {
  it('are found with the JSON path of each, whatever is around them', () => {
    const body = { sign: 'x', guests: ['a', 'b'], locks: [{ resource_type: 'Plain' }, { resource_type: 'Key', name: 'k' }], behind: { sign: 'y' } };
    const found: [field: string, value: unknown][] = [];
    new FieldSearch(({ type, secret }) => type === 'string' && !secret).each(Door, body, ({ name }, field, holder) => found.push([field, holder[name]]));
    expect(found).toEqual([
      ['colour', undefined],
      ['guests', ['a', 'b']],
      ['sign', 'x'],
      ['locks[1].name', 'k'],
      ['behind.colour', undefined],
      ['behind.guests', undefined],
      ['behind.sign', 'y'],
    ]);
  });

  it('are known to be in a structure or not, without a body', () => {
    const secrets = new FieldSearch(({ secret }) => secret === true);
    expect([Door, Key, Plain].map((struct) => secrets.finds(struct))).toEqual([true, true, false]);
  });
});

describe('secrets', () => {
  it('are taken out wherever they are; an empty one is to be deleted', () => {
    const body = {
      sign: 'x',
      locks: [
        { resource_type: 'Key', name: 'a', code: '1' },
        { resource_type: 'Key', name: 'b', code: '' },
        { resource_type: 'Key', name: 'c' },
      ],
    };
    expect(takeSecrets(Door, body)).toEqual([
      { field: 'locks[0].code', value: '1' },
      { field: 'locks[1].code', value: undefined },
    ]);
    expect(JSON.stringify(body)).not.toContain('code');
  });
});
