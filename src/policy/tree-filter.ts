import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';

export interface TreeFilter {
  /** Where the tree starts; `/infra` unless the client says otherwise. */
  readonly basePath: string;
  /** Whether objects of a type are wanted. */
  readonly wanted: (type: string) => boolean;
  /** Whether objects of a type are wanted that lie below a wanted one: `type_filter` asks for whole subtrees. */
  readonly wantedBelow: (type: string) => boolean;
}

/**
 * What a hierarchical GET asks for: `filter=Type-Domain|Group.*` (alternatives, `.*` stands for anything, and nothing for all), or
 * `type_filter=Domain;Group`, which brings along what is below, and `base_path`. Undefined: none of them is there, and the plain
 * object is meant. A client's pattern is not run as a regular expression, because some take forever.
 */
export function treeFilter(query: Readonly<Record<string, string | undefined>>): TreeFilter | undefined {
  const { filter, type_filter: typeFilter, base_path: basePath } = query;
  if (filter === undefined && typeFilter === undefined && basePath === undefined) return undefined;
  const fits = filter === undefined ? () => true : patterns(filter);
  const start = basePath ?? '/infra';
  if (typeFilter === undefined) return { basePath: start, wanted: fits, wantedBelow: fits };
  const types = new Set(typeFilter.split(';').map((type) => type.trim()));
  return { basePath: start, wanted: (type) => types.has(type) && fits(type), wantedBelow: fits };
}

function patterns(filter: string): (type: string) => boolean {
  const alternatives = /^Type-\(?([\w.*|-]*)\)?$/.exec(filter)?.[1];
  if (alternatives === undefined) {
    throw new PolicyError({
      status: 400,
      code: CODES.field,
      field: 'filter',
      message: 'Parameter filter must be Type- and names of types, such as Type-Domain|Group or Type-.*',
    });
  }
  if (alternatives === '') return () => true;
  const wanted = alternatives.split('|').map((name) => name.replace(/^Type-/, '').split('.*'));
  return (type) => wanted.some((parts) => matches(type, parts));
}

/** Whether the parts appear in the text in order, the first at its start and the last at its end. */
function matches(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from <= text.length - last.length;
}
