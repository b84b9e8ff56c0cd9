/** What Open vSwitch says of a tunnel that it asks over whether the other end lives. */
export interface WatchedTunnel {
  readonly up: boolean;
  /** Whether the other end has answered since the tunnel was made, or since Open vSwitch was started. */
  readonly answered: boolean;
  /** Whether the other end may hold a router which this node may hold too. */
  readonly fellow: boolean;
}

/** Who lives, as far as this node can know. */
export interface Lives {
  /** Dead nodes; among them this node itself while it is cut off from all others, so that it leaves its routers to them. */
  readonly dead: ReadonlySet<string>;
  /** Milliseconds after which the answer may be another one, without anything having happened. */
  readonly again: number | undefined;
}

/** How long, in milliseconds, a node may take to answer for the first time. */
const FIRST_ANSWER = 5_000;
/** How long a node has to live again before it is used again: flows come back later than answers do. */
const RETURN = 2_000;
/** The node that has stood in for it goes on until everybody uses the other one again. */
const FELLOWS_RETURN = 5_000;
/** Cut off is who has lost all others, and so many at least: with one alone nobody can tell which of both it is. */
const FEWEST_LOST = 2;

/** Alive and silent nodes are used, the others are not. */
type State = 'alive' | 'silent' | 'dead' | 'returning';

interface Life {
  readonly state: State;
  readonly since: number;
  /** Whether it has ever answered. */
  readonly known: boolean;
}

/** Makes of what tunnels are now, and were before, who lives. */
export class Liveness {
  private readonly lives = new Map<string, Life>();
  private cutOff = false;

  constructor(private readonly node: string) {}

  /**
   * @param tunnels by node; one that is not asked over is not among them, and its node is taken to live
   * @param now milliseconds of a clock that nobody sets
   */
  look(tunnels: ReadonlyMap<string, WatchedTunnel>, now: number): Lives {
    const cutUntilNow = this.cutOff && [...tunnels.values()].some(({ up }) => up);
    // It was this node that was away: the others have not died, and are not to prove themselves.
    if (cutUntilNow) this.lives.clear();
    for (const node of this.lives.keys()) if (!tunnels.has(node)) this.lives.delete(node);
    const dead = new Set<string>();
    let again: number | undefined;
    for (const [node, tunnel] of tunnels) {
      const before = this.lives.get(node);
      const life = before ? next(before, tunnel, now) : first(tunnel, now, cutUntilNow);
      this.lives.set(node, life);
      if (life.state === 'dead' || life.state === 'returning') dead.add(node);
      const left = life.since + longest(life.state, tunnel) - now;
      if (Number.isFinite(left)) again = Math.min(again ?? left, left);
    }
    const known = [...this.lives.values()].filter((life) => life.known);
    this.cutOff = known.length >= FEWEST_LOST && known.every(({ state }) => state === 'dead');
    if (this.cutOff) dead.add(this.node);
    return { dead, again };
  }
}

function first({ up, answered }: WatchedTunnel, now: number, cutUntilNow: boolean): Life {
  return { state: up ? 'alive' : answered && !cutUntilNow ? 'dead' : 'silent', since: now, known: answered };
}

function next(life: Life, tunnel: WatchedTunnel, now: number): Life {
  const overdue = now - life.since >= longest(life.state, tunnel);
  const state = tunnel.up ? whenUp(life.state, overdue) : whenDown(life.state, overdue, tunnel.answered);
  const known = life.known || tunnel.answered;
  return state === life.state ? { ...life, known } : { state, since: now, known };
}

function whenUp(state: State, overdue: boolean): State {
  return state === 'dead' || (state === 'returning' && !overdue) ? 'returning' : 'alive';
}

/** A tunnel over which nobody has answered is a new one, or Open vSwitch of this node was just started. */
function whenDown(state: State, overdue: boolean, answered: boolean): State {
  if (state === 'alive') return answered ? 'dead' : 'silent';
  return state === 'silent' && !overdue ? 'silent' : 'dead';
}

/** How long a state lasts at most. */
function longest(state: State, { fellow }: WatchedTunnel): number {
  if (state === 'silent') return FIRST_ANSWER;
  if (state === 'returning') return fellow ? FELLOWS_RETURN : RETURN;
  return Number.POSITIVE_INFINITY;
}
