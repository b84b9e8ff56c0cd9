import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Which policy objects exist, and how they are found. Their bodies are not here but in the change log, once: an update writes
 * one small row in place and appends the rest, and the hash chain covers what is read, not a copy of it.
 */
@Entity('policy_object')
@Index('policy_object_path', ['id', 'path'], { unique: true })
@Index('policy_object_children', ['parentPath', 'type', 'number'])
@Index('policy_object_name', ['type', 'nameKey'])
export class PolicyObjectRow {
  /**
   * Position in the change log of the change that created it: the order of creation, which is the order of listings. What
   * belongs to an object refers to it by number, so that rows of new objects are appended in every index instead of scattered.
   */
  @PrimaryColumn('integer')
  number!: number;

  @Column('text')
  path!: string;

  /** Last segment of the path. It leads the index of paths, so that one index serves paths and searches by id. */
  @Column('text')
  id!: string;

  @Column('text')
  type!: string;

  /** Empty for a root. */
  @Column('text', { name: 'parent_path' })
  parentPath!: string;

  /** Display name in lower case: names are searched without regard to case, in both databases. */
  @Column('text', { name: 'name_key' })
  nameKey!: string;

  /** Position of the change that holds the body as it is now. */
  @Column('integer')
  version!: number;
}

/** A field of one object that holds the path of another. */
@Entity('policy_reference', { withoutRowid: true })
@Index('policy_reference_target', ['target'])
export class PolicyReferenceRow {
  /** Number of the object. */
  @PrimaryColumn('integer')
  source!: number;

  @PrimaryColumn('text')
  field!: string;

  @Column('text')
  target!: string;

  /** 1: protects its target from deletion. */
  @Column('integer')
  hard!: number;
}

@Entity('policy_tag', { withoutRowid: true })
export class PolicyTagRow {
  /** The value in lower case, by which searches find it. */
  @PrimaryColumn('text', { name: 'tag_key' })
  tagKey!: string;

  /** Empty where a tag has a scope only. */
  @PrimaryColumn('text')
  tag!: string;

  /** Empty where a tag has no scope. */
  @PrimaryColumn('text')
  scope!: string;

  /** Number of the object. */
  @PrimaryColumn('integer')
  object!: number;
}

/** A secret field of an object: the only place where secrets are, encrypted with a key that lies outside the database. */
@Entity('secret', { withoutRowid: true })
export class SecretRow {
  @PrimaryColumn('text')
  path!: string;

  @PrimaryColumn('text')
  field!: string;

  @Column('text', { name: 'key_id' })
  keyId!: string;

  /** Base64 of nonce, authentication tag and cipher text. */
  @Column('text')
  sealed!: string;
}

/**
 * Numbers or addresses that an owner holds in a space. The size class leads the key, because it bounds how far below a range an
 * overlapping claim can begin: an overlap is found in a few steps of the index whatever else is claimed.
 */
@Entity('claim', { withoutRowid: true })
@Index('claim_owner', ['owner', 'space'])
export class ClaimRow {
  @PrimaryColumn('text')
  space!: string;

  /** 4 for numbers below 2^32, else 6. */
  @PrimaryColumn('integer')
  family!: number;

  /** Bits of `high - low`: 0 for a single number, 8 for a /24 of IPv4. */
  @PrimaryColumn('integer')
  size!: number;

  /** Hexadecimal of fixed width (8 digits for family 4, 32 for 6), so that the order of texts is the order of numbers. */
  @PrimaryColumn('text')
  low!: string;

  @PrimaryColumn('text')
  owner!: string;

  @Column('text')
  high!: string;
}

/** Numbers that are handed out once and never again. */
@Entity('counter', { withoutRowid: true })
export class CounterRow {
  @PrimaryColumn('text')
  space!: string;

  @Column('integer')
  next!: number;
}
