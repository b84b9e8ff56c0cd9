import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Row } from './measure.js';

const COLUMNS = ['id', 'measure', 'value', 'reference', 'unit', 'ratio', 'goal', 'met'] as const;

/** The rows as a table that reads well on a terminal and as Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [COLUMNS.map(String), ...rows.map((row) => COLUMNS.map((name) => (name === 'met' ? (row.met ? 'yes' : 'no') : String(row[name]))))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => (line[column] as string).length)));
  const [head, ...body] = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`);
  return [head, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body].join('\n');
}

/** What the figures were measured on. */
export function machine(): string[] {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory} GiB, Node.js ${process.versions.node}, ${process.platform}.`,
    'Manager, load, simulated nodes and references run in processes of their own and share these cores.',
  ];
}

export function reportOf(rows: readonly Row[], notes: readonly string[]): string {
  return ['# Benchmarks', '', ...machine(), '', tableOf(rows), '', ...notes.map((note) => `- ${note}`), ''].join('\n');
}
