import type { WriteView } from '../hooks.js';
import type { PolicyObject } from '../policy-object.js';

/** What the system keeps beside every gateway: it comes and goes with it, and clients only change it. */

/** A kind of gateway as the names of its companions say it. */
export type GatewayKind = 'tier0' | 'tier1';

const NAT_SECTIONS = ['INTERNAL', 'USER', 'DEFAULT', 'NAT64'] as const;
const INSPECTIONS = { tier0: ['IDPS', 'IDFW'], tier1: ['IDPS', 'IDFW', 'MALWAREPREVENTION', 'TLS'] } as const;
/** The default rule comes after every other. */
const LAST = 2147483647;

const DEFAULT_IPV6_PROFILES = ['/infra/ipv6-ndra-profiles/default', '/infra/ipv6-dad-profiles/default'] as const;

function defaultPolicy(kind: GatewayKind, id: string): string {
  return `/infra/domains/default/gateway-policies/Policy_Default_Infra-${kind}-${id}`;
}

/** Writes the companions of a new gateway: NAT sections, the choice of inspections, and the policy that decides what no other does. */
export function createCompanions(view: WriteView, kind: GatewayKind, { id, path }: PolicyObject): void {
  for (const section of NAT_SECTIONS) view.put(`${path}/nat/${section}`, { nat_type: section });
  view.put(`${path}/security-config`, { features: INSPECTIONS[kind].map((feature) => ({ feature, enable: false })) });
  const policy = defaultPolicy(kind, id);
  view.put(policy, { category: 'Default', stateful: true, is_default: true });
  view.put(`${policy}/rules/default_rule`, { action: 'ALLOW', scope: [path], sequence_number: LAST, is_default: true });
}

/** Removes what lies outside the gateway's own subtree. */
export function removeCompanions(view: WriteView, kind: GatewayKind, { id }: PolicyObject): void {
  view.remove(defaultPolicy(kind, id));
}

/** Names the default IPv6 profile of each kind that a gateway names none of. */
export function completeIpv6Profiles(view: WriteView, gateway: { ipv6_profile_paths?: string[] }): void {
  const named = gateway.ipv6_profile_paths ?? [];
  const collection = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  const missing = DEFAULT_IPV6_PROFILES.filter((profile) => view.get(profile) && !named.some((path) => collection(path) === collection(profile)));
  if (missing.length > 0) gateway.ipv6_profile_paths = [...named, ...missing];
}
