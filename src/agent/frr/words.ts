import { createHash } from 'node:crypto';

/** A feature of the intent that FRR cannot do: the instance that asks for it is refused with this reason. */
export class Unsupported extends Error {}

/** The name of a list or map, which FRR takes as one short word: paths have signs that it does not take. */
export function listName(kind: 'prefixes' | 'map' | 'communities', path: string): string {
  return `${kind}-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
}

/** AS numbers as FRR reads them: `1.10` is 65546. */
export function asPath(text: string): string {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const [high = 0, low] = part.split('.').map(Number);
      const number = low === undefined ? high : high * 65536 + low;
      if (!Number.isInteger(number)) throw new Unsupported(`${JSON.stringify(part)} is no AS number`);
      return String(number);
    })
    .join(' ');
}

const WELL_KNOWN: Readonly<Record<string, string>> = { NO_EXPORT: 'no-export', NO_ADVERTISE: 'no-advertise', NO_EXPORT_SUBCONFED: 'local-AS' };

/** Communities in the words of FRR: those of two numbers, and large ones of three. @throws Unsupported */
export function communitiesOf(texts: readonly string[]): { readonly standard: readonly string[]; readonly large: readonly string[] } {
  const standard: string[] = [];
  const large: string[] = [];
  for (const text of texts.flatMap((one) => one.split(/[\s,]+/)).filter((one) => one !== '')) {
    const known = WELL_KNOWN[text.toUpperCase().replaceAll('-', '_')];
    if (known !== undefined || /^\d+:\d+$/.test(text)) standard.push(known ?? text);
    else if (/^\d+:\d+:\d+$/.test(text)) large.push(text);
    else throw new Unsupported(`${JSON.stringify(text)} is no community that FRR knows`);
  }
  return { standard, large };
}
