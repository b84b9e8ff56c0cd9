import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions, type TableIndexOptions } from 'typeorm';

type Kind = 'text' | 'number';

/** The first schema. Only two kinds of column exist, text and 64-bit integers, so that SQLite and PostgreSQL get the same tables. */
export class CreateTables1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const integer = queryRunner.dataSource.options.type === 'postgres' ? 'bigint' : 'integer';
    // PostgreSQL orders text by language unless told otherwise; paths and hexadecimal numbers need the order of their bytes.
    const collation = queryRunner.dataSource.options.type === 'postgres' ? 'C' : undefined;
    const column = (name: string, kind: Kind, options: Partial<TableColumnOptions> = {}): TableColumnOptions =>
      kind === 'text' ? { name, type: 'text', collation, ...options } : { name, type: integer, ...options };

    for (const { name, key, columns, indices, clustered } of TABLES) {
      await queryRunner.createTable(
        new Table({
          name,
          withoutRowid: clustered,
          columns: Object.entries(columns).map(([columnName, kind]) => {
            const nullable = kind.endsWith('?');
            return column(columnName, kind.replace('?', '') as Kind, { isPrimary: key.includes(columnName), isNullable: nullable });
          }),
          indices,
        }),
      );
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { name } of [...TABLES].reverse()) await queryRunner.dropTable(name);
  }
}

interface TableFacts {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Kind | `${Kind}?`>>;
  readonly indices?: TableIndexOptions[];
  /** Stored in the order of its key (SQLite's WITHOUT ROWID): for small rows that are looked up by their key alone. */
  readonly clustered?: boolean;
}

const TABLES: readonly TableFacts[] = [
  {
    name: 'policy_object',
    key: ['number'],
    columns: { number: 'number', path: 'text', id: 'text', type: 'text', parent_path: 'text', name_key: 'text', version: 'number' },
    indices: [
      { name: 'policy_object_path', columnNames: ['id', 'path'], isUnique: true },
      { name: 'policy_object_children', columnNames: ['parent_path', 'type', 'number'] },
      { name: 'policy_object_name', columnNames: ['type', 'name_key'] },
    ],
  },
  {
    name: 'policy_reference',
    key: ['source', 'field'],
    clustered: true,
    columns: { source: 'number', field: 'text', target: 'text', hard: 'number' },
    indices: [{ name: 'policy_reference_target', columnNames: ['target'] }],
  },
  {
    name: 'policy_tag',
    key: ['tag_key', 'tag', 'scope', 'object'],
    clustered: true,
    columns: { tag_key: 'text', tag: 'text', scope: 'text', object: 'number' },
  },
  { name: 'secret', key: ['path', 'field'], clustered: true, columns: { path: 'text', field: 'text', key_id: 'text', sealed: 'text' } },
  {
    name: 'claim',
    key: ['space', 'family', 'size', 'low', 'owner'],
    clustered: true,
    columns: { space: 'text', family: 'number', size: 'number', low: 'text', owner: 'text', high: 'text' },
    indices: [{ name: 'claim_owner', columnNames: ['owner', 'space'] }],
  },
  { name: 'counter', key: ['space'], clustered: true, columns: { space: 'text', next: 'number' } },
  {
    name: 'change_set',
    key: ['sequence'],
    columns: {
      sequence: 'number',
      at: 'number',
      user: 'text',
      source: 'text',
      request_id: 'text',
      method: 'text',
      uri: 'text',
      status: 'number',
      changes: 'number',
      digest: 'text',
      chain: 'text',
    },
  },
  {
    name: 'change',
    key: ['position'],
    columns: { position: 'number', path: 'text', type: 'text', operation: 'text', revision: 'number', previous: 'number?', after: 'text?' },
    indices: [{ name: 'change_delete', columnNames: ['path', 'position'], where: `"operation" = 'DELETE'` }],
  },
  {
    name: 'checkpoint',
    key: ['sequence'],
    columns: { sequence: 'number', at: 'number', chain: 'text', base: 'text?', key_id: 'text', signature: 'text' },
  },
  {
    name: 'realized_entity',
    key: ['path'],
    columns: { path: 'text', state: 'text', sequence: 'number', at: 'number', alarms: 'text' },
  },
  {
    name: 'realized_history',
    key: ['number'],
    columns: { number: 'number', path: 'text', state: 'text?', sequence: 'number', at: 'number', alarms: 'text' },
    indices: [{ name: 'realized_history_path', columnNames: ['path', 'number'] }],
  },
  {
    name: 'fabric_object',
    key: ['node_id', 'type', 'id'],
    clustered: true,
    columns: { node_id: 'text', type: 'text', id: 'text', reported_at: 'number', body: 'text' },
    indices: [{ name: 'fabric_object_id', columnNames: ['type', 'id'] }],
  },
  {
    name: 'transport_node',
    key: ['node_id'],
    columns: { node_id: 'text', path: 'text', last_seen_at: 'number', body: 'text' },
  },
  {
    name: 'node_certificate',
    key: ['fingerprint'],
    columns: { fingerprint: 'text', node_id: 'text', serial: 'text', issued_at: 'number', not_after: 'number', revoked_at: 'number?' },
    indices: [{ name: 'node_certificate_node', columnNames: ['node_id'] }],
  },
  {
    name: 'enrolment_token',
    key: ['token_hash'],
    columns: {
      token_hash: 'text',
      node_id: 'text',
      path: 'text',
      created_by: 'text',
      created_at: 'number',
      expires_at: 'number',
      consumed_at: 'number?',
    },
  },
  {
    name: 'system_record',
    key: ['kind', 'id'],
    columns: { kind: 'text', id: 'text', body: 'text' },
    clustered: true,
  },
  { name: 'meta', key: ['name'], clustered: true, columns: { name: 'text', value: 'text' } },
];
