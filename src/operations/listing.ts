/** A whole collection in one page, as clients of NSX-T read it. */
export interface Listing<T> {
  readonly results: readonly T[];
  readonly result_count: number;
}

export function listing<T>(results: readonly T[]): Listing<T> {
  return { results, result_count: results.length };
}
