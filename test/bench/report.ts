import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { Row } from './measure.js';

const COLUMNS = ['id', 'measure', 'value', 'reference', 'unit', 'ratio', 'goal', 'met'] as const;

const MET: ReadonlyMap<boolean | undefined, string> = new Map([
  [true, 'yes'],
  [false, 'no'],
  [undefined, ''],
]);

/** The rows as a table that reads well on a terminal and as Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [COLUMNS.map(String), ...rows.map((row) => COLUMNS.map((name) => (name === 'met' ? (MET.get(row.met) ?? '') : String(row[name]))))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => (line[column] as string).length)));
  const [head, ...body] = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`);
  return [head, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body].join('\n');
}

/** How many threads ran or waited for a core or the disk, on average over a minute, five and fifteen. */
export function loads(): string {
  return loadavg()
    .map((load) => load.toFixed(1))
    .join(', ');
}

/**
 * What the figures were measured on.
 * @param before `loads()` when the measurement began
 */
export function machine(before: string): string[] {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory} GiB, Node.js ${process.versions.node}, ${process.platform}.`,
    'Manager, load, simulated nodes and references run in processes of their own and share these cores.',
    `Load of the machine before: ${before}; after: ${loads()}. What else it did before is in all figures; a reference measured in the same turns has its share.`,
  ];
}

export function reportOf(rows: readonly Row[], notes: readonly string[], before: string): string {
  return ['# Benchmarks', '', ...machine(before), '', tableOf(rows), '', ...notes.map((note) => `- ${note}`), ''].join('\n');
}
