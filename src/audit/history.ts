import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import type { Feature } from '../model/resource.js';
import type { RequestContext } from '../policy/ports.js';
import type { Authorizer } from '../policy/request.js';
import type { ChangeSet, ChangeSetFilter, HistoryReader, ObjectVersion, PageBack, SetChange } from '../store/history-reader.js';
import { type Difference, differences } from './difference.js';

/** A page that goes back in time; without a cursor it is the last one. */
export interface HistoryPage {
  readonly results: readonly object[];
  readonly cursor?: string;
}

/** What was, as the API answers it. Whoever asks sees the objects that the roles let it see now. */
export class History {
  constructor(
    private readonly reader: HistoryReader,
    private readonly registry: Registry,
    private readonly authorizer: Authorizer,
  ) {}

  /** Versions of an object, newest first. */
  versions(context: RequestContext, path: string, page: PageBack): HistoryPage {
    const versions = this.reader.versions(path, page);
    const [newest] = versions;
    if (!newest && page.before === undefined) throw unknown(path);
    if (newest) this.requireType(context, newest.type);
    return paged(versions.map(versionBody), versions.at(-1)?.sequence, versions.length === page.size);
  }

  /** The object as it was once a change set was done. */
  asOf(context: RequestContext, path: string, sequence: number): unknown {
    const text = this.reader.asOf(path, sequence);
    if (text === undefined)
      throw new PolicyError({
        status: 404,
        code: CODES.notFound,
        path,
        message: `${path} did not exist after change set ${sequence}: its versions tell when it did.`,
      });
    const object = JSON.parse(text);
    this.requireType(context, object.resource_type);
    return object;
  }

  /** Number of the last change set at or before a moment. */
  sequenceAt(time: number): number {
    return this.reader.sequenceAt(time);
  }

  /** What changed of an object between two change sets. */
  difference(context: RequestContext, path: string, from: number, to: number): object {
    const [before, after] = [from, to].map((sequence) => parsed(this.reader.asOf(path, sequence)));
    const type = (after ?? before)?.resource_type;
    if (type === undefined) throw unknown(path);
    this.requireType(context, String(type));
    return { path, from, to, differences: differences(before, after) };
  }

  /** Change sets, newest first. */
  changeSets(filter: ChangeSetFilter, page: PageBack): HistoryPage {
    const sets = this.reader.changeSets(filter, page);
    return paged(sets.map(setBody), sets.at(-1)?.sequence, sets.length === page.size);
  }

  /** A change set with what it changed; objects that the roles hide are left out and counted. */
  changeSet(context: RequestContext, sequence: number): object {
    const set = this.reader.changeSet(sequence);
    if (!set) throw new PolicyError({ status: 404, code: CODES.notFound, message: `There is no change set ${sequence}, or it was pruned.` });
    const visible = set.details.filter(({ type }) => this.authorizer.may(context.actor, this.featureOf(type), 'read'));
    return { ...setBody(set), hidden: set.details.length - visible.length, details: visible.map(changeBody) };
  }

  private requireType(context: RequestContext, type: string): void {
    this.authorizer.require(context, this.featureOf(type), 'read');
  }

  private featureOf(type: string): Feature {
    return this.registry.find(type)?.feature ?? 'system';
  }
}

function paged(results: readonly object[], last: number | undefined, more: boolean): HistoryPage {
  return more && last !== undefined ? { results, cursor: String(last) } : { results };
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}

function versionBody({ path, type, operation, revision, after, sequence, set }: ObjectVersion): object {
  const { at, user, source, requestId, method, uri } = set ?? {};
  return { path, resource_type: type, operation, revision, sequence, at, user, source, request_id: requestId, method, uri, object: parsed(after) };
}

function setBody({ sequence, at, user, source, requestId, method, uri, status, changes }: ChangeSet): object {
  return { sequence, at, user, source, request_id: requestId, method, uri, status, changes };
}

function changeBody({ path, type, operation, revision, before, after }: SetChange): object {
  const [was, is] = [parsed(before), parsed(after)];
  const changed: readonly Difference[] = was && is ? differences(was, is) : [];
  return { path, resource_type: type, operation, revision, before: was, after: is, differences: changed };
}

function unknown(path: string): PolicyError {
  return new PolicyError({ status: 404, code: CODES.notFound, path, message: `Nothing is known of ${path}: check its spelling, case counts.` });
}
