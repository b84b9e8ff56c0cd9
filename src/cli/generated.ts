import { openApiText } from '../manager/openapi.js';
import { metricsReference } from '../operations/metrics.js';
import { settingsReference } from '../operations/settings.js';

/** A committed file that is made from the code: tests compare it, `npm run generate` writes it. */
interface GeneratedFile {
  /** Path from the root of the repository. */
  readonly file: string;
  make(): string | Promise<string>;
}

export const GENERATED: readonly GeneratedFile[] = [
  { file: 'docs/settings.md', make: settingsReference },
  { file: 'docs/metrics.md', make: metricsReference },
  { file: 'openapi/heddle.json', make: openApiText },
];
