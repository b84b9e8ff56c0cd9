import type { ResourceId } from '../../realization/resources.pb.js';

/** A row by what it is rather than by its uuid, which a new one does not have yet. */
export interface RowReference {
  readonly table: string;
  readonly name: string;
}

/** A value that a column is to have: an atom, a set (of one or none for what may be missing), a map, or a set of rows. */
export type WantedValue =
  | string
  | number
  | boolean
  | readonly string[]
  | readonly number[]
  | readonly boolean[]
  | Readonly<Record<string, string>>
  | References;

/** A set of other rows. Those that are not there are left out: a column that holds these is a selection. */
export class References {
  constructor(
    readonly table: string,
    readonly names: readonly string[],
  ) {}
}

/** A row that the zone is to have. */
export interface WantedRow extends RowReference {
  /** The resource that it comes from. */
  readonly owner: ResourceId;
  readonly columns: Readonly<Record<string, WantedValue>>;
  /** The row that it is part of, and the column there that lists it; a row of a root table is part of none. */
  readonly within?: RowReference & { readonly column: string };
}

/** One text for a row, as the key of a map. */
export function rowText({ table, name }: RowReference): string {
  return `${table} ${name}`;
}
