/**
 * Finds where a text stops being JSON. JSON.parse says that a text is wrong but mostly not where, and quotes the text, which may
 * hold a secret. Only texts that did not parse come here.
 */

const BLANKS = /[ \t\n\r]*/y;
const TOKEN =
  /[{}[\]:,]|(?<string>"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*")|(?<plain>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w))/iuy;

/** What may come next. */
type Expect = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or close' | 'end';

/** Offset of the first character that cannot be there; the length of the text when it ends too early. */
export function jsonErrorOffset(text: string): number {
  const open: string[] = [];
  let expect: Expect = 'value';
  let at = 0;
  for (;;) {
    BLANKS.lastIndex = at;
    BLANKS.test(text);
    at = BLANKS.lastIndex;
    TOKEN.lastIndex = at;
    const token: RegExpExecArray | null = TOKEN.exec(text);
    const next: Expect | null | undefined = token && step(token, expect, open);
    if (!token || !next) return at;
    expect = next;
    at = TOKEN.lastIndex;
  }
}

function step(token: RegExpExecArray, expect: Expect, open: string[]): Expect | undefined {
  const [text] = token;
  const afterValue = (): Expect => (open.length === 0 ? 'end' : ', or close');
  if (token.groups?.string !== undefined && (expect === 'name' || expect === 'name or }')) return ':';
  if (expect === 'value' || expect === 'value or ]') {
    if (token.groups?.string !== undefined || token.groups?.plain !== undefined) return afterValue();
    if (text === '{' || text === '[') {
      open.push(text);
      return text === '{' ? 'name or }' : 'value or ]';
    }
  }
  if (text === ':' && expect === ':') return 'value';
  if (text === ',' && expect === ', or close') return open.at(-1) === '{' ? 'name' : 'value';
  const closes =
    (text === '}' && open.at(-1) === '{' && (expect === 'name or }' || expect === ', or close')) ||
    (text === ']' && open.at(-1) === '[' && (expect === 'value or ]' || expect === ', or close'));
  if (!closes) return undefined;
  open.pop();
  return afterValue();
}
