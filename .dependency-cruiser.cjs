/**
 * Who may import whom, as `src/README.md` draws it. Type-only imports count as imports here: a layer that knows another's types
 * depends on it.
 */

const LAYERS_ABOVE_MODEL = '^src/(?!shared/|model/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that need each other cannot be read, tested or loaded alone. Type-only imports are left out: they vanish when compiled.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-imports-nothing-above',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^src/(?!shared/)' },
    },
    {
      name: 'model-imports-shared-only',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { path: LAYERS_ABOVE_MODEL },
    },
    {
      name: 'policy-imports-model-and-shared-only',
      severity: 'error',
      from: { path: '^src/policy/' },
      to: { path: '^src/(?!shared/|model/|policy/)' },
    },
    {
      name: 'realization-imports-model-and-shared-only',
      comment: 'The contract of committed changes (policy/ports.ts) is the one thing it needs of the policy layer.',
      severity: 'error',
      from: { path: '^src/realization/' },
      to: { path: '^src/(?!shared/|model/|realization/|policy/ports\\.ts$)' },
    },
    {
      name: 'model-and-realization-do-no-io',
      comment: 'They are pure: the same code runs in the writer, in realization, in a dry run and in a test.',
      severity: 'error',
      from: { path: '^src/(model|realization)/' },
      to: { path: '^(fs|net|http|https|http2|tls|child_process|worker_threads|cluster|dgram)(/|$)|node_modules/(@nestjs|typeorm|better-sqlite3|@grpc)/' },
    },
    {
      name: 'database-only-in-store',
      comment: 'One writer: whoever wants to change what is kept asks the unit of work in src/store.',
      severity: 'error',
      from: { path: '^src/(?!store/)' },
      to: { path: 'node_modules/(typeorm|better-sqlite3|@nestjs/typeorm)/' },
    },
    {
      name: 'one-writer',
      comment: 'The database is opened for writing by the writer alone; a restore and the lock that both take are the only others.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/(writer|backup|manager-lock)\\.ts$' },
      to: { path: '^src/store/writable-database\\.ts$' },
    },
    {
      name: 'database-opened-in-two-places',
      severity: 'error',
      from: { path: '^src/store/', pathNot: '^src/store/(writable-)?database\\.ts$' },
      to: { path: 'node_modules/better-sqlite3/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { path: '^test/' },
    },
    {
      name: 'only-declared-dependencies',
      comment: 'A package that is there only because another one needs it, or only for development, is missing at a user.',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
