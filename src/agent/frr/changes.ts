/**
 * What leads from one configuration of FRR to another, as commands: only what differs is touched, so that sessions whose settings stay
 * stay up. FRR has a program for this, which takes most of a second and asks the daemons; the texts here are the agent's own.
 */

/** A line, or a section with what is in it. */
interface Part {
  readonly line: string;
  readonly parts: readonly Part[];
}

/**
 * Settings of which there is one: a new one replaces the one before, and taking it away first would reset a session. `*` is one word.
 */
const SINGLE: readonly string[] = [
  'router bgp',
  'bgp router-id',
  'bgp graceful-restart restart-time',
  'bgp graceful-restart stalepath-time',
  'neighbor * remote-as',
  'neighbor * update-source',
  'neighbor * ebgp-multihop',
  'neighbor * local-as',
  'neighbor * password',
  'neighbor * timers connect',
  'neighbor * timers',
  'neighbor * bfd',
  'neighbor * maximum-prefix',
  'distance bgp',
  'maximum-paths ibgp',
  'maximum-paths',
  'network *',
  'aggregate-address *',
  'ip prefix-list * seq *',
  'ipv6 prefix-list * seq *',
  'bgp community-list standard * seq *',
  'bgp community-list expanded * seq *',
  'bgp large-community-list standard * seq *',
  'bgp large-community-list expanded * seq *',
  'match ip address prefix-list',
  'match ipv6 address prefix-list',
  'match community',
  'match large-community',
  'set as-path prepend',
  'set community',
  'set large-community',
  'set local-preference',
  'set metric',
  'set weight',
];
const PATTERNS = SINGLE.map((words) => new RegExp(`^${words.replaceAll('*', '\\S+')}(?= |$)`));
/** Filters of a neighbour: one of each kind for each direction. */
const FILTER = /^(neighbor \S+ (?:prefix-list|route-map)) \S+ (in|out)$/;
const MAP_ENTRY = /^(route-map \S+) (?:permit|deny) (\d+)$/;

/** A command, and the sections that it is given in. */
interface Step {
  readonly within: readonly string[];
  readonly command: string;
}

const NOBODY: ReadonlySet<string> = new Set();

/** @returns commands for `vtysh -f`; none where nothing differs */
export function changesBetween(before: string, after: string): string[] {
  const [old, wanted] = [partsOf(before), partsOf(after)];
  // Lists come before those who use them and go after them.
  return commandsOf([...additions(old, wanted, [], NOBODY), ...removals(old, wanted, [], NOBODY)]);
}

function commandsOf(steps: readonly Step[]): string[] {
  const commands: string[] = [];
  let open: readonly string[] = [];
  const enter = (within: readonly string[]): void => {
    const common = within.findIndex((head, depth) => open[depth] !== head);
    const shared = common === -1 ? within.length : common;
    for (const head of open.slice(shared).reverse()) commands.push(head.startsWith('address-family') ? 'exit-address-family' : 'exit');
    commands.push(...within.slice(shared));
    open = within;
  };
  for (const { within, command } of steps) {
    enter(within);
    if (isSection(command)) enter([...within, command]);
    else commands.push(command);
  }
  enter([]);
  return commands;
}

function partsOf(text: string): Part[] {
  const root: Part[] = [];
  const open: { readonly depth: number; readonly parts: Part[] }[] = [{ depth: -1, parts: root }];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('exit')) continue;
    const depth = raw.length - raw.trimStart().length;
    while ((open.at(-1)?.depth ?? -1) >= depth) open.pop();
    const part = { line, parts: [] as Part[] };
    open.at(-1)?.parts.push(part);
    open.push({ depth, parts: part.parts });
  }
  return root;
}

/** What a line sets: two lines with the same are two values of it. */
function settingOf(line: string): string {
  const filter = FILTER.exec(line) ?? MAP_ENTRY.exec(line);
  if (filter) return `${filter[1]} ${filter[2]}`;
  const plain = line.replace(/^no /, '');
  for (const pattern of PATTERNS) {
    const found = pattern.exec(plain);
    if (found) return found[0];
  }
  return plain;
}

function isSection(line: string): boolean {
  return /^(router bgp|address-family|route-map) /.test(line);
}

/** @param left neighbours that go with all of their settings */
function additions(old: readonly Part[], wanted: readonly Part[], within: readonly string[], left: ReadonlySet<string>): Step[] {
  const known = new Map(old.map((part) => [settingOf(part.line), part]));
  return wanted.flatMap((part): Step[] => {
    const present = known.get(settingOf(part.line));
    const step = { within, command: part.line };
    if (!isSection(part.line)) return present?.line === part.line ? [] : [step];
    // An instance cannot change its number.
    const renumbered = present !== undefined && part.line.startsWith('router bgp') && present.line !== part.line;
    const before = renumbered ? [] : (present?.parts ?? []);
    const inside = [...within, part.line];
    const leaving = new Set([...left, ...gone(before, part.parts).flatMap(({ line }) => /^neighbor (\S+) remote-as/.exec(line)?.[1] ?? [])]);
    return [
      ...(renumbered ? [{ within, command: `no ${present.line}` }] : []),
      ...(present?.line === part.line ? [] : [step]),
      ...removals(before, part.parts, inside, leaving),
      ...additions(before, part.parts, inside, leaving),
    ];
  });
}

function removals(old: readonly Part[], wanted: readonly Part[], within: readonly string[], left: ReadonlySet<string>): Step[] {
  return gone(old, wanted).flatMap(({ line }) => {
    const [, neighbor = '', setting] = /^neighbor (\S+) (\S+)/.exec(line) ?? [];
    if (left.has(neighbor)) return setting === 'remote-as' ? [{ within, command: `no neighbor ${neighbor}` }] : [];
    // FRR takes a setting of a neighbour away without its value, and not always with it.
    const what = neighbor === '' || FILTER.test(line) ? line : settingOf(line);
    return [{ within, command: line.startsWith('no ') ? line.slice(3) : `no ${what}` }];
  });
}

function gone(old: readonly Part[], wanted: readonly Part[]): Part[] {
  const kept = new Set(wanted.map(({ line }) => settingOf(line)));
  return old.filter(({ line }) => !kept.has(settingOf(line)));
}
