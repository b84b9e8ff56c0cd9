import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Path of a file that is named by what is in it: what differs is in another file. */
export function pathFor(folder: string, content: string, ending: string): string {
  return join(folder, `${createHash('sha256').update(content).digest('hex').slice(0, 24)}.${ending}`);
}

/** Gathers the files that lines of a configuration name. The same content is written once. */
export class ConfigurationFiles {
  /** By path; undefined: it is there and stays as it is. */
  readonly contents = new Map<string, string | undefined>();

  /** @param folder where the files will be */
  constructor(readonly folder: string) {}

  /** @returns path of the file that will have these lines */
  add(lines: readonly string[], ending: string): string {
    const content = `${lines.join('\n')}\n`;
    const path = pathFor(this.folder, content, ending);
    this.contents.set(path, content);
    return path;
  }
}
