import type { Handle, Statement } from './database.js';
import type { NodeSighting } from './jobs.js';

/** A virtual machine or an interface as a node last reported it. */
export interface StoredFabricObject {
  readonly type: string;
  readonly externalId: string;
  /** Id of the node that reports it. */
  readonly node: string;
  /** Milliseconds since 1970. */
  readonly reportedAt: number;
  readonly body: unknown;
}

export interface StoredTransition {
  readonly path: string;
  /** Absent: the intent is gone. */
  readonly state?: string;
  /** Last change set that the observation includes. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly alarms: readonly unknown[];
}

export interface StoredEnrolmentToken {
  readonly tokenHash: string;
  readonly nodeId: string;
  readonly path: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly consumedAt: number | null;
}

const OBJECT_COLUMNS = 'type, id AS externalId, node_id AS node, reported_at AS reportedAt, body';

/** What was observed of nodes and on them, on a read-only connection. */
export class FabricReader {
  private readonly selectObjects: Statement;
  private readonly selectObject: Statement;
  private readonly selectInventory: Statement;
  private readonly selectNodes: Statement;
  private readonly selectRevoked: Statement;
  private readonly selectCertificate: Statement;
  private readonly selectTokens: Statement;
  private readonly selectRealized: Statement;
  private readonly selectHistory: Statement;

  constructor(handle: Handle) {
    const byAge = 'ORDER BY id, reported_at, node_id';
    this.selectObjects = handle.prepare(`SELECT ${OBJECT_COLUMNS} FROM fabric_object WHERE type = ? ${byAge}`);
    this.selectObject = handle.prepare(`SELECT ${OBJECT_COLUMNS} FROM fabric_object WHERE type = ? AND id = ? ${byAge} LIMIT 1`);
    this.selectInventory = handle.prepare(`SELECT ${OBJECT_COLUMNS} FROM fabric_object WHERE node_id = ? ORDER BY type, id`);
    this.selectNodes = handle.prepare('SELECT node_id AS nodeId, path, last_seen_at AS at, body FROM transport_node ORDER BY node_id');
    this.selectRevoked = handle.prepare('SELECT serial FROM node_certificate WHERE revoked_at IS NOT NULL AND not_after > ?').pluck();
    this.selectCertificate = handle.prepare('SELECT 1 FROM node_certificate WHERE fingerprint = ? AND revoked_at IS NULL AND not_after > ?').pluck();
    this.selectTokens = handle.prepare(
      `SELECT token_hash AS tokenHash, node_id AS nodeId, path, created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt,
         consumed_at AS consumedAt FROM enrolment_token ORDER BY created_at, token_hash`,
    );
    this.selectRealized = handle.prepare('SELECT path, state, sequence, at, alarms FROM realized_entity ORDER BY path');
    this.selectHistory = handle.prepare('SELECT path, state, sequence, at, alarms FROM realized_history WHERE path = ? ORDER BY number DESC LIMIT ? OFFSET ?');
  }

  /** By external id, each once: of two nodes that report one, the report that is older. */
  fabricObjects(type: string): readonly StoredFabricObject[] {
    const all = (this.selectObjects.all(type) as TextBody[]).map(withBody);
    return all.filter(({ externalId }, at) => all[at - 1]?.externalId !== externalId);
  }

  fabricObject(type: string, externalId: string): StoredFabricObject | undefined {
    const row = this.selectObject.get(type, externalId) as TextBody | undefined;
    return row && withBody(row);
  }

  /** Everything that one node reports. */
  inventoryOf(node: string): readonly StoredFabricObject[] {
    return (this.selectInventory.all(node) as TextBody[]).map(withBody);
  }

  nodes(): readonly NodeSighting[] {
    return (this.selectNodes.all() as { nodeId: string; path: string; at: number; body: string }[]).map(({ body, ...node }) => ({
      ...node,
      ...JSON.parse(body),
    }));
  }

  /** Serials of certificates that were revoked and have not expired at a time in milliseconds since 1970. */
  revokedSerials(at: number): readonly string[] {
    return this.selectRevoked.all(at) as string[];
  }

  /** Whether a certificate was issued here, was not revoked, and has not expired. */
  isValidCertificate(fingerprint: string, at: number): boolean {
    return this.selectCertificate.get(fingerprint, at) !== undefined;
  }

  enrolmentTokens(): readonly StoredEnrolmentToken[] {
    return this.selectTokens.all() as StoredEnrolmentToken[];
  }

  /** The last known state of every intent, in order of path. */
  realizedStates(): readonly StoredTransition[] {
    return (this.selectRealized.all() as TransitionRow[]).map(transition);
  }

  /** Transitions of one intent, newest first. */
  realizedHistory(path: string, { offset, size }: { readonly offset: number; readonly size: number }): readonly StoredTransition[] {
    return (this.selectHistory.all(path, size, offset) as TransitionRow[]).map(transition);
  }
}

type TextBody = Omit<StoredFabricObject, 'body'> & { readonly body: string };

function withBody(row: TextBody): StoredFabricObject {
  return { ...row, body: JSON.parse(row.body) };
}

interface TransitionRow {
  readonly path: string;
  readonly state: string | null;
  readonly sequence: number;
  readonly at: number;
  readonly alarms: string;
}

function transition({ state, alarms, ...rest }: TransitionRow): StoredTransition {
  return { ...rest, state: state ?? undefined, alarms: JSON.parse(alarms) };
}
