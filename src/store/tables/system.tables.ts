import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A local user. */
@Entity('account')
export class AccountRow {
  @PrimaryColumn('text')
  name!: string;

  /** Numeric id that the API reports. */
  @Column('integer', { name: 'user_id' })
  userId!: number;

  @Column('text')
  role!: string;

  /** Encoded argon2 hash; null: the user cannot log in by password. */
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;

  @Column('integer', { name: 'password_changed_at' })
  passwordChangedAt!: number;

  /** Failed logins in a row. */
  @Column('integer', { name: 'failed_logins' })
  failedLogins!: number;

  /** Milliseconds since 1970 until which logins are refused; null when they are not. */
  @Column('integer', { name: 'locked_until', nullable: true })
  lockedUntil!: number | null;

  /** 0 once the account was disabled. */
  @Column('integer')
  active!: number;
}

/** A program that logs in with a client certificate, and owns what it creates. */
@Entity('principal_identity')
@Index('principal_identity_name', ['name', 'nodeId'], { unique: true })
@Index('principal_identity_fingerprint', ['fingerprint'], { unique: true })
export class PrincipalIdentityRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'node_id' })
  nodeId!: string;

  @Column('text')
  role!: string;

  /** Hexadecimal SHA-256 of the certificate. */
  @Column('text')
  fingerprint!: string;

  @Column('text')
  certificate!: string;

  /** 1: what it creates may not be changed by others. */
  @Column('integer', { name: 'is_protected' })
  isProtected!: number;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('integer', { name: 'created_at' })
  createdAt!: number;
}

/** Work that goes on after its call was answered. */
@Entity('task')
@Index('task_kind', ['kind', 'createdAt'])
export class TaskRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  kind!: string;

  @Column('text')
  state!: string;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  @Column('integer', { name: 'updated_at' })
  updatedAt!: number;

  /** JSON: progress, result or error. */
  @Column('text')
  body!: string;
}

/** Facts about the installation itself, such as its id. */
@Entity('meta', { withoutRowid: true })
export class MetaRow {
  @PrimaryColumn('text')
  name!: string;

  @Column('text')
  value!: string;
}
