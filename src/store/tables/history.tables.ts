import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One audited call: who did what, when and from where, and the link of the hash chain that makes later edits evident. */
@Entity('change_set')
export class ChangeSetRow {
  /** Position in the change sequence, from 1, without gaps. */
  @PrimaryColumn('integer')
  sequence!: number;

  /** Milliseconds since 1970; never less than that of the set before. */
  @Column('integer')
  at!: number;

  @Column('text')
  user!: string;

  @Column('text')
  source!: string;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('text')
  method!: string;

  @Column('text')
  uri!: string;

  /** HTTP status that was answered. */
  @Column('integer')
  status!: number;

  /** Number of objects changed; 0 for failed logins, denials and calls that changed no intent. */
  @Column('integer')
  changes!: number;

  /** Hexadecimal SHA-256 over the changes. */
  @Column('text')
  digest!: string;

  /** Hexadecimal SHA-256 over the previous chain value, this row's header and its digest. */
  @Column('text')
  chain!: string;
}

/**
 * What one change set did to one object. The changes of a path are linked by `previous`, newest first, across deletes; the newest
 * is the object's version, or the last delete of the path. So a path's history needs no index that every write would pay for.
 */
@Entity('change')
@Index('change_delete', ['path', 'position'], { where: `"operation" = 'DELETE'` })
export class ChangeRow {
  /** `sequence * 2^20 + ordinal`: one key that orders all changes, and finds those of a set without an index of their own. */
  @PrimaryColumn('integer')
  position!: number;

  @Column('text')
  path!: string;

  @Column('text')
  type!: string;

  @Column('text')
  operation!: string;

  @Column('integer')
  revision!: number;

  /** Position of the change of the same path before this one; null for the first. */
  @Column('integer', { nullable: true })
  previous!: number | null;

  /** The object as the JSON text that a GET answers; null for a delete. */
  @Column('text', { nullable: true })
  after!: string | null;
}

/** A signed statement that the chain had a certain value at a certain sequence. */
@Entity('checkpoint')
export class CheckpointRow {
  @PrimaryColumn('integer')
  sequence!: number;

  @Column('integer')
  at!: number;

  @Column('text')
  chain!: string;

  /**
   * Hexadecimal SHA-256 over the changes that a prune kept as the base of later history: the last version of each object that
   * then existed. Null unless history was pruned up to here.
   */
  @Column('text', { nullable: true })
  base!: string | null;

  @Column('text', { name: 'key_id' })
  keyId!: string;

  /** Base64 of the Ed25519 signature over all of the above. */
  @Column('text')
  signature!: string;
}

/** Columns as queries name them, so that they come out under the names of the classes. */
export const HEADER_COLUMNS = 'sequence, at, user, source, request_id AS requestId, method, uri, status, changes';
export const SET_COLUMNS = `${HEADER_COLUMNS}, digest, chain`;
export const CHECKPOINT_COLUMNS = 'sequence, at, chain, base, key_id AS keyId, signature';
