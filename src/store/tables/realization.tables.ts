import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What is observed of an intent object, as last told by realization. */
@Entity('realized_entity')
export class RealizedEntityRow {
  /** Policy path of the intent. */
  @PrimaryColumn('text')
  path!: string;

  @Column('text')
  state!: string;

  /** Last change set that the observation includes. */
  @Column('integer')
  sequence!: number;

  /** Milliseconds since 1970 of the transition. */
  @Column('integer')
  at!: number;

  /** JSON array of alarms. */
  @Column('text')
  alarms!: string;
}

/** Transitions of realized state, appended in batches. */
@Entity('realized_history')
@Index('realized_history_path', ['path', 'number'])
export class RealizedHistoryRow {
  @PrimaryColumn('integer')
  number!: number;

  @Column('text')
  path!: string;

  /** Null: the intent is gone. */
  @Column('text', { nullable: true })
  state!: string | null;

  @Column('integer')
  sequence!: number;

  @Column('integer')
  at!: number;

  @Column('text')
  alarms!: string;
}

/** Things that agents report: virtual machines and their interfaces. Two nodes may report the same one while it moves. */
@Entity('fabric_object', { withoutRowid: true })
@Index('fabric_object_id', ['type', 'id'])
export class FabricObjectRow {
  @PrimaryColumn('text', { name: 'node_id' })
  nodeId!: string;

  @PrimaryColumn('text')
  type!: string;

  /** External id. */
  @PrimaryColumn('text')
  id!: string;

  /** Milliseconds since 1970 of the last report that changed it. */
  @Column('integer', { name: 'reported_at' })
  reportedAt!: number;

  /** JSON as reported, without tags. */
  @Column('text')
  body!: string;
}

/** A transport node that enrolled, as it was last heard. */
@Entity('transport_node')
export class TransportNodeRow {
  @PrimaryColumn('text', { name: 'node_id' })
  nodeId!: string;

  /** Policy path of its HostTransportNode or PolicyEdgeNode. */
  @Column('text')
  path!: string;

  @Column('integer', { name: 'last_seen_at' })
  lastSeenAt!: number;

  /** JSON of what the agent says it is and runs. */
  @Column('text')
  body!: string;
}

/** Certificates issued to nodes. A node may hold two while it renews; revoking is setting a time here. */
@Entity('node_certificate')
@Index('node_certificate_node', ['nodeId'])
export class NodeCertificateRow {
  /** Hexadecimal SHA-256 of the certificate. */
  @PrimaryColumn('text')
  fingerprint!: string;

  @Column('text', { name: 'node_id' })
  nodeId!: string;

  @Column('text')
  serial!: string;

  @Column('integer', { name: 'issued_at' })
  issuedAt!: number;

  @Column('integer', { name: 'not_after' })
  notAfter!: number;

  @Column('integer', { name: 'revoked_at', nullable: true })
  revokedAt!: number | null;
}

/** A permission to enrol one node, once; only a hash of the token is kept. */
@Entity('enrolment_token')
export class EnrolmentTokenRow {
  /** Hexadecimal SHA-256 of the token. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  @Column('text', { name: 'node_id' })
  nodeId!: string;

  /** Policy path of the node's object that the token ties the node to. */
  @Column('text')
  path!: string;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  @Column('integer', { name: 'expires_at' })
  expiresAt!: number;

  @Column('integer', { name: 'consumed_at', nullable: true })
  consumedAt!: number | null;
}
