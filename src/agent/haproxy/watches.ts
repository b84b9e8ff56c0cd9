import type { BalancerMember, BalancerPool, HealthMonitor } from '../../realization/resources.pb.js';
import { checkDirectives, checkOptions, host, serverName } from './pools.js';
import type { TlsFiles } from './tls-files.js';

/** Members of a pool that HAProxy watches for a balancer that is not its own. */
export interface Watch {
  /** Key of the balancer. */
  readonly balancer: string;
  readonly pool: BalancerPool;
  /** Those of the pool's members that are watched. */
  readonly members: readonly BalancerMember[];
  /** Port of members that name none. */
  readonly port: number;
  /** Address that members see the monitors come from. */
  readonly source: string;
  /** Whether other nodes, which cannot watch these members, are to be told. */
  readonly shared: boolean;
}

/** A backend that nothing is sent to: its servers are members as one monitor sees them. @throws Unsupported */
export function watchBackend({ members, port, source }: Watch, monitor: HealthMonitor, files: TlsFiles): string[] {
  const servers = members.map((member) => {
    const options = ['check', ...checkOptions(monitor, false, files), `source ${host(source)}`];
    return `server ${serverName(member)} ${host(member.address)}:${member.port || port} ${options.join(' ')}`;
  });
  return ['mode tcp', ...checkDirectives(monitor), ...servers];
}
