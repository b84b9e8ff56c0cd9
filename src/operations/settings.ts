import { isIP } from 'node:net';
import { isAcceptablePassword, PASSWORD_RULE } from '../access/password-rule.js';

/**
 * Every setting of the manager, each declared once: its environment variable, what it accepts, its default and what it is for.
 * Reading, error messages and the reference in `docs/settings.md` all come from this table.
 */

/** How the text of a variable becomes a value. */
interface Kind<T> {
  /** What is accepted, as it is said in errors and in the reference: "a number of 0 to 65535". */
  readonly says: string;
  /** The value, or undefined when the text is not accepted. */
  read(text: string): T | undefined;
}

interface Setting<T> {
  readonly variable: string;
  readonly kind: Kind<T>;
  /** Text of the default, as a user would write it; undefined where leaving it out has a meaning of its own. */
  readonly fallback: string | undefined;
  readonly doc: string;
  /** `true`: never printed, not even in an error. */
  readonly secret: boolean;
}

/** A setting that cannot be used; the message is one line, for the person who starts the manager. */
export class SettingsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingsError';
  }
}

/** How many nodes of each kind the laptop fabric simulates. */
export interface SimulatedNodes {
  readonly hosts: number;
  readonly edges: number;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const text: Kind<string> = { says: 'a text that is not empty', read: (given) => given.trim() || undefined };

const password: Kind<string> = { says: PASSWORD_RULE, read: (given) => (isAcceptablePassword(given) ? given : undefined) };

const version: Kind<string> = {
  says: 'a version of three to seven numbers, such as 4.2.1',
  read: (given) => (/^\d{1,9}(\.\d{1,9}){2,6}$/.test(given) ? given : undefined),
};

const names: Kind<readonly string[]> = {
  says: 'host names and addresses, separated by commas',
  read: (given) => {
    const list = given.split(',').map((name) => name.trim());
    return list.every((name) => isIP(name) > 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(name)) ? list : undefined;
  },
};

function whole(low: number, high: number): Kind<number> {
  return {
    says: `a whole number of ${low} to ${high}`,
    read: (given) => (/^\d{1,15}$/.test(given) && Number(given) >= low && Number(given) <= high ? Number(given) : undefined),
  };
}

function oneOf<T extends string>(values: readonly T[]): Kind<T> {
  return { says: `one of ${values.join(', ')}`, read: (given) => values.find((value) => value === given) };
}

const simulatedNodes: Kind<SimulatedNodes> = {
  says: 'counts such as hosts=2,edges=2 (each at most 1000), or 0 for none',
  read: (given) => {
    if (given === '0') return { hosts: 0, edges: 0 };
    const counts = { hosts: 0, edges: 0 };
    for (const part of given.split(',')) {
      const [, key, count] = /^\s*(hosts|edges)\s*=\s*(\d{1,4})\s*$/.exec(part) ?? [];
      if ((key !== 'hosts' && key !== 'edges') || Number(count) > 1000) return undefined;
      counts[key] = Number(count);
    }
    return counts;
  },
};

function setting<T>(variable: string, kind: Kind<T>, fallback: string, doc: string): Setting<T> {
  return { variable, kind, fallback, doc, secret: false };
}

function optional<T>(variable: string, kind: Kind<T>, doc: string, secret = false): Setting<T | undefined> {
  return { variable, kind, fallback: undefined, doc, secret };
}

const TABLE = {
  host: setting('HEDDLE_HOST', text, '127.0.0.1', 'Address on which the API and the agent port listen. `0.0.0.0` or `::` listens on all.'),
  port: setting('HEDDLE_PORT', whole(0, 65535), '8443', 'HTTPS port of the API. 0 takes a free one.'),
  agentPort: setting('HEDDLE_AGENT_PORT', whole(0, 65535), '8444', 'Port on which node agents connect (gRPC over mutual TLS). 0 takes a free one.'),
  dataDir: setting('HEDDLE_DATA_DIR', text, './data', 'Directory of the database, the keys and the generated certificates. Created when it is missing.'),
  adminPassword: optional(
    'HEDDLE_ADMIN_PASSWORD',
    password,
    'Password of `admin` at the first start on a data directory. Without it one is generated and shown once. Later, `heddle admin reset-password` changes it.',
    true,
  ),
  auditPassword: optional(
    'HEDDLE_AUDIT_PASSWORD',
    password,
    'Password of `audit`, who may only read, at the first start on a data directory. Without it the user exists and is not activated.',
    true,
  ),
  productVersion: setting('HEDDLE_PRODUCT_VERSION', version, '4.2.1', 'NSX-T version that the API reports; clients choose what they use by it.'),
  simulatedNodes: setting(
    'HEDDLE_SIMULATED_NODES',
    simulatedNodes,
    'hosts=2,edges=2',
    'Simulated transport nodes that run beside the manager and connect as real ones do. 0 starts none.',
  ),
  logLevel: setting('HEDDLE_LOG_LEVEL', oneOf(LOG_LEVELS), 'info', 'Least severe log lines that are written.'),
  certificateFile: optional(
    'HEDDLE_CERTIFICATE_FILE',
    text,
    'PEM file with the certificate of the HTTPS port, followed by its chain. Without it one is made and kept in the data directory.',
  ),
  keyFile: optional('HEDDLE_KEY_FILE', text, 'PEM file with the private key that belongs to `HEDDLE_CERTIFICATE_FILE`.'),
  certificateNames: optional(
    'HEDDLE_CERTIFICATE_NAMES',
    names,
    'Further names and addresses for the certificates that Heddle makes itself, beside `localhost`, the host name and the address it listens on.',
  ),
  bodyLimitMiB: setting('HEDDLE_BODY_LIMIT_MIB', whole(1, 1024), '256', 'Largest body of a request, in MiB.'),
  clientRequestsPerSecond: setting(
    'HEDDLE_CLIENT_REQUESTS_PER_SECOND',
    whole(0, 1_000_000),
    '0',
    'Requests a second that one client address may send before it is answered 429. 0: no limit.',
  ),
  clientConcurrency: setting(
    'HEDDLE_CLIENT_CONCURRENCY',
    whole(0, 1_000_000),
    '0',
    'Requests of one client address that may be under way at once before further ones are answered 429. 0: no limit.',
  ),
  totalConcurrency: setting(
    'HEDDLE_TOTAL_CONCURRENCY',
    whole(0, 1_000_000),
    '0',
    'Requests of all clients that may be under way at once before further ones are answered 503. 0: no limit.',
  ),
};

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The settings of one manager, read and checked. */
export type Settings = { readonly [Key in keyof typeof TABLE]: ValueOf<(typeof TABLE)[Key]> };

/**
 * Reads all settings from environment variables; an empty variable counts as left out.
 * @throws SettingsError with one line that names the variable, what it holds and what is accepted
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  refuseMisspelt(environment);
  const values = Object.entries(TABLE).map(([key, entry]) => [key, readOne(entry, environment[entry.variable])]);
  const settings = Object.fromEntries(values) as Settings;
  if ((settings.certificateFile === undefined) !== (settings.keyFile === undefined)) {
    throw new SettingsError('HEDDLE_CERTIFICATE_FILE and HEDDLE_KEY_FILE belong together: set both, or neither.');
  }
  return settings;
}

function readOne({ variable, kind, fallback, secret }: Setting<unknown>, given: string | undefined): unknown {
  const source = given === undefined || given === '' ? fallback : given;
  if (source === undefined) return undefined;
  const value = kind.read(source);
  if (value === undefined) throw new SettingsError(`${variable} must be ${kind.says}${secret ? '' : `, not ${JSON.stringify(source)}`}.`);
  return value;
}

/**
 * A misspelt variable would leave its default in force unseen. Other unknown HEDDLE_ variables are left alone: Kubernetes, for one,
 * puts HEDDLE_SERVICE_HOST and the like into every pod beside a service called heddle.
 */
function refuseMisspelt(environment: NodeJS.ProcessEnv): void {
  const known = Object.values(TABLE).map((entry) => entry.variable);
  for (const name of Object.keys(environment)) {
    if (!/^HEDDLE_/i.test(name) || known.includes(name)) continue;
    const meant = known.find((variable) => distance(variable, name.toUpperCase()) <= 2);
    if (meant) throw new SettingsError(`${name} is not a setting; ${meant} is.`);
  }
}

/** Levenshtein distance: the fewest letters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}

/** The reference of all settings as Markdown: the content of `docs/settings.md`. */
export function settingsReference(): string {
  const rows = Object.values(TABLE).map(
    ({ variable, kind, fallback, doc }) => `| \`${variable}\` | ${kind.says} | ${fallback === undefined ? '' : `\`${fallback}\``} | ${doc} |`,
  );
  return [
    '# Settings',
    '',
    'Settings are environment variables. A bad one stops the start with one line that says what is accepted.',
    '',
    '| variable | accepts | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
    'This page is generated by `npm run generate` from `src/operations/settings.ts`.',
    '',
  ].join('\n');
}
