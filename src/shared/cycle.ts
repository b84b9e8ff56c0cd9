/**
 * The way from a node back to itself, first and last node equal, or undefined. Visits every node that can be reached from `start`
 * at most once, and no other: the cost follows what hangs below the node that changed.
 */
export function cycleThrough(start: string, next: (node: string) => Iterable<string>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const successor of next(node)) {
      if (successor === start) return wayTo(node, start, cameFrom).concat(start);
      if (cameFrom.has(successor)) continue;
      cameFrom.set(successor, node);
      open.push(successor);
    }
  }
  return undefined;
}

function wayTo(node: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [node];
  for (let at = node; at !== start; ) {
    at = cameFrom.get(at) ?? start;
    way.unshift(at);
  }
  return way;
}
