import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A policy object as it is now. `body` is the JSON text that a GET answers, so that reads send it without parsing. */
@Entity('policy_object')
@Index('policy_object_children', ['parentPath', 'type', 'path'])
@Index('policy_object_name', ['type', 'nameKey', 'path'])
@Index('policy_object_id', ['id'])
export class PolicyObjectRow {
  @PrimaryColumn('text')
  path!: string;

  @Column('text')
  type!: string;

  /** Empty for a root. */
  @Column('text', { name: 'parent_path' })
  parentPath!: string;

  @Column('text')
  id!: string;

  /** Display name in lower case: names are searched without regard to case, in both databases. */
  @Column('text', { name: 'name_key' })
  nameKey!: string;

  @Column('integer')
  revision!: number;

  /** Number of the change set that wrote this version. */
  @Column('integer', { name: 'changed_in' })
  changedIn!: number;

  @Column('text')
  body!: string;
}

/** A field of one object that holds the path of another. */
@Entity('policy_reference', { withoutRowid: true })
@Index('policy_reference_target', ['target'])
export class PolicyReferenceRow {
  @PrimaryColumn('text')
  source!: string;

  @PrimaryColumn('text')
  field!: string;

  @Column('text')
  target!: string;

  /** 1: protects its target from deletion. */
  @Column('integer')
  hard!: number;
}

@Entity('policy_tag', { withoutRowid: true })
@Index('policy_tag_value', ['scope', 'tag'])
export class PolicyTagRow {
  @PrimaryColumn('text')
  path!: string;

  /** Empty where a tag has no scope. */
  @PrimaryColumn('text')
  scope!: string;

  /** Empty where a tag has a scope only. */
  @PrimaryColumn('text')
  tag!: string;
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
