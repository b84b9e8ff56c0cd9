import type { SegmentPort } from '../model/networking/segment-port.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { WorkloadInterface } from './contract.js';
import { MultiMap } from './multimap.js';

/** What a segment port says is plugged into it. */
export interface Attachment {
  readonly id: string;
  /** For a port behind another: that one's attachment id or policy path. It lives there unless a node reports its own interface. */
  readonly behind?: string;
  /** When the port was created, in milliseconds since 1970: of two ports that name one interface the older has it. */
  readonly created: number;
}

/** Where a port lives, and who else says so. */
export interface Place {
  readonly node: string;
  /** The port's own interface; undefined for a port that only lives where the one before it does. */
  readonly interface: WorkloadInterface | undefined;
  /** Other nodes that report the same attachment later. */
  readonly rivals: readonly string[];
}

interface Report {
  readonly node: string;
  readonly interface: WorkloadInterface;
}

/**
 * Brings ports and interfaces together by attachment id. Both sides come and go in any order, and both may be doubled: the older
 * one counts until it goes, ties by name, so that where a port lives depends on what is reported and not on who came first.
 */
export class Placement {
  private readonly ports = new Map<string, Attachment>();
  private readonly portsById = new MultiMap<string, string>();
  private readonly reportsById = new MultiMap<string, Report>();
  /** Ports behind others, by what they say they are behind. */
  private readonly behind = new MultiMap<string, string>();

  constructor(private readonly listener: PlacementListener) {}

  setPort(path: string, attachment: Attachment | undefined): void {
    const before = this.ports.get(path);
    if (before && attachment && before.id === attachment.id && before.behind === attachment.behind && before.created === attachment.created) return;
    if (before) {
      this.ports.delete(path);
      this.portsById.delete(before.id, path);
      if (before.behind !== undefined) this.behind.delete(before.behind, path);
      this.tell(before.id);
    }
    if (attachment) {
      this.ports.set(path, attachment);
      this.portsById.add(attachment.id, path);
      if (attachment.behind !== undefined) this.behind.add(attachment.behind, path);
      this.tell(attachment.id);
    }
    this.listener.placeChanged(path);
    for (const port of this.behind.get(path)) this.listener.placeChanged(port);
  }

  setInterface(node: string, before: WorkloadInterface | undefined, now: WorkloadInterface | undefined): void {
    if (before) {
      const old = [...this.reportsById.get(before.attachmentId)].find((report) => report.node === node && report.interface.externalId === before.externalId);
      if (old) this.reportsById.delete(before.attachmentId, old);
    }
    if (now) this.reportsById.add(now.attachmentId, { node, interface: now });
    if (before && before.attachmentId !== now?.attachmentId) this.tell(before.attachmentId);
    if (now) this.tell(now.attachmentId);
  }

  place(port: string): Place | undefined {
    const attachment = this.ports.get(port);
    if (!attachment || this.portAt(attachment.id) !== port) return undefined;
    const own = this.reported(attachment.id);
    if (own || attachment.behind === undefined) return own;
    const parentId = attachment.behind.startsWith('/') ? this.ports.get(attachment.behind)?.id : attachment.behind;
    const parent = parentId === undefined ? undefined : this.reported(parentId);
    return parent && { ...parent, interface: undefined };
  }

  /** The port that an attachment id belongs to. */
  portAt(attachmentId: string): string | undefined {
    let oldest: string | undefined;
    for (const port of this.portsById.get(attachmentId)) {
      if (oldest === undefined || this.older(port, oldest)) oldest = port;
    }
    return oldest;
  }

  private older(a: string, b: string): boolean {
    const difference = this.ports.get(a)!.created - this.ports.get(b)!.created;
    return difference < 0 || (difference === 0 && a < b);
  }

  private reported(attachmentId: string): Place | undefined {
    return bestReport([...this.reportsById.get(attachmentId)]);
  }

  private tell(attachmentId: string): void {
    this.listener.holderChanged(attachmentId);
    for (const port of this.portsById.get(attachmentId)) {
      this.listener.placeChanged(port);
      for (const child of this.behind.get(port)) this.listener.placeChanged(child);
    }
    for (const port of this.behind.get(attachmentId)) this.listener.placeChanged(port);
  }
}

export interface PlacementListener {
  /** The port may live somewhere else now, or nowhere. */
  placeChanged(port: string): void;
  /** Another port may have the interface now. */
  holderChanged(attachmentId: string): void;
}

/** What a port says is plugged into it; undefined: nothing. */
export function attachmentOf(port: (PolicyObject & Pick<SegmentPort, 'attachment'>) | undefined): Attachment | undefined {
  const { id, type, context_id: context } = port?.attachment ?? {};
  if (!port || !id) return undefined;
  return type === 'CHILD' && context ? { id, behind: context, created: port._create_time } : { id, created: port._create_time };
}

/** The oldest of several reports of one attachment. */
export function bestReport(reports: readonly Report[]): Place | undefined {
  const [first, ...others] = [...reports].sort(
    (a, b) => a.interface.since - b.interface.since || compare(a.node, b.node) || compare(a.interface.externalId, b.interface.externalId),
  );
  if (!first) return undefined;
  const rivals = new Set(others.map(({ node }) => node).filter((node) => node !== first.node));
  return { ...first, rivals: [...rivals].sort() };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
