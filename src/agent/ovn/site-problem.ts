import type { ResourceId } from '../../realization/resources.pb.js';
import { idText } from '../held-state.js';

/** Why a site is not as it should be. */
export interface SiteProblem {
  /** Of what it is the site: a router, or a BGP instance. */
  readonly site: string;
  /** Resources that may be the reason, because they are new or different; none where that is not known. */
  readonly suspects: readonly ResourceId[];
  readonly reason: string;
}

/** Does something for each, also after it failed for one. @returns what failed */
export async function problemsOf<T>(
  items: Iterable<T>,
  doing: (item: T) => Promise<void>,
  about: (item: T) => Omit<SiteProblem, 'reason'>,
): Promise<SiteProblem[]> {
  const problems: SiteProblem[] = [];
  for (const item of items) {
    try {
      await doing(item);
    } catch (error) {
      problems.push({ ...about(item), reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return problems;
}

/**
 * Why a transaction is to be refused: a problem may come from what it changes or, where it does not look so, was not there before it.
 * What others lack does not hold it up.
 * @param changed the resources of the transaction, as `idText`
 * @param known problems that were there before it
 */
export function refusalFor(
  problems: readonly SiteProblem[],
  changed: ReadonlySet<string>,
  known: readonly SiteProblem[],
): { readonly reason: string; readonly culprit?: ResourceId } | undefined {
  const concerned = problems.map((problem) => ({ ...problem, suspects: problem.suspects.filter((id) => changed.has(idText(id))) }));
  const isNew = ({ site, reason }: SiteProblem): boolean => !known.some((one) => one.site === site && one.reason === reason);
  const worst = concerned.find(({ suspects }) => suspects.length === 1) ?? concerned.find(({ suspects }) => suspects.length > 0) ?? concerned.find(isNew);
  if (!worst) return undefined;
  const [culprit, ...others] = worst.suspects;
  return { reason: worst.reason, ...(culprit && others.length === 0 ? { culprit } : {}) };
}
