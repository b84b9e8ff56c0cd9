/** A port or a range of ports, `80` or `8000-8080`, as numbers. */
export function portRange(text: string): { readonly low: number; readonly high: number } {
  const [low, high = low] = text.split('-').map(Number);
  return { low: low as number, high: high as number };
}

export function portsOverlap(some: readonly string[], others: readonly string[]): boolean {
  return some.map(portRange).some((a) => others.map(portRange).some((b) => a.low <= b.high && b.low <= a.high));
}
