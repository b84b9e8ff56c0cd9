import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A user, a principal identity, a certificate, a role or a licence, as the layer above keeps it. There are few, and all are read
 * once at start, so columns of their own would serve nobody.
 */
@Entity('system_record', { withoutRowid: true })
export class SystemRecordRow {
  @PrimaryColumn('text')
  kind!: string;

  @PrimaryColumn('text')
  id!: string;

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
