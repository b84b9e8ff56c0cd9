import type { Alarm } from '../contract.js';

export function alarm(code: Alarm['code'], reason: string, node?: string): Alarm {
  return node === undefined ? { code, reason } : { code, node, reason };
}
