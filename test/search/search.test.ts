import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../src/search/query.js';
import { fits, narrow, search } from '../../src/search/search.js';

const WEB = {
  resource_type: 'Segment',
  id: 'web-1',
  display_name: 'Web (front) 1',
  path: '/infra/segments/web-1',
  parent_path: '/infra',
  marked_for_delete: false,
  tags: [{ scope: 'tier', tag: 'web/1' }],
  attachment: { id: 'A:1' },
};

const hits = (text: string, object: object = WEB): boolean => fits(parseQuery(text), object as never);

describe('the search language', () => {
  it.each([
    ['resource_type:Segment AND display_name:Web* AND marked_for_delete:false AND path:\\/infra*', true],
    ['resource_type:segment', true],
    ['display_name:Web \\(front\\) 1', true],
    ['display_name:Web \\(front\\)*', true],
    ['display_name:Web \\(front\\)', false],
    ['path:\\/orgs*', false],
    ['id:web\\-1 AND NOT parent_path:\\/infra', false],
    ['parent_path:*infra', true],
    ['tags.scope:tier AND tags.tag:web\\/1', true],
    ['attachment.id:A\\:1', true],
    ['(id:nothing OR id:web-1) AND resource_type:Segment', true],
    ['id:(nothing OR web-1)', true],
    ['display_name:"Web (front) 1"', true],
    ['id:web-?', true],
    ['front', false],
    ['(front\\))', false],
    ['web\\-1', true],
    ['!id:web-1', false],
  ])('%s', (text, expected) => {
    expect(hits(text)).toBe(expected);
  });

  it('keeps blanks inside a value', () => {
    expect(hits('display_name:Enterprise Manager Servlet port SSL* AND id:x', { id: 'x', display_name: 'Enterprise Manager Servlet port SSL' })).toBe(true);
  });

  it.each(['', 'a AND ', '(a', 'a)', 'id:', 'id:"x', `${'('.repeat(80)}a${')'.repeat(80)}`])('refuses %j and says where', (text) => {
    expect(() => parseQuery(text)).toThrow(/query/);
  });

  it('answers patterns made to be slow at once', () => {
    const text = 'a'.repeat(2000);
    expect(hits(`id:${'*a'.repeat(200)}b`, { id: text })).toBe(false);
  });

  it('narrows by indexed fields as they were written', () => {
    expect(narrow(parseQuery('resource_type:Tier1 AND id:A-b AND parent_path:\\/infra AND display_name:Gw* AND x:y'))).toEqual({
      type: 'Tier1',
      id: 'A-b',
      parentPath: '/infra',
      namePrefix: 'Gw',
    });
  });
});

describe('a search', () => {
  const bodies = Array.from({ length: 5 }, (_, n) => JSON.stringify({ ...WEB, id: `s${n}`, path: `/infra/segments/s${n}` }));
  const source = { candidates: () => bodies };

  it('counts all matches and answers one page, sorted as asked', () => {
    const page = search(parseQuery('resource_type:Segment'), [source], { offset: 1, size: 2, sortBy: 'id', ascending: false }, () => true);
    expect(page.total).toBe(5);
    expect(page.bodies.map((body) => JSON.parse(body).id)).toEqual(['s3', 's2']);
  });

  it('shows nothing that the role may not read', () => {
    expect(search(parseQuery('resource_type:Segment'), [source], { offset: 0, size: 9, ascending: true }, () => false).total).toBe(0);
  });
});
