import { parseAddress } from '../../shared/address.js';
import { allocate, leaveSpaces } from '../allocate.js';
import { Field } from '../field.js';
import type { IntentView, WriteView } from '../hooks.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import { fieldProblem, type Problem } from '../problem.js';
import { INTERFACE_NUMBERS, portKeys, routerPortKeys } from '../spaces.js';
import { InterfaceSubnet } from './connectivity.js';
import { claimNetworks, gatewayOf, networksOf, overlapProblems } from './routing-domain.js';

/** What interfaces of tier-0 and tier-1 gateways have in common. */
export abstract class GatewayInterface extends PolicyConfigResource {
  @Field(() => InterfaceSubnet, 'Addresses of the interface, by subnet.', { array: true, required: true, minItems: 1 })
  subnets!: InterfaceSubnet[];

  @Field('string', 'Whether traffic passes the interface.', { enum: ['UP', 'DOWN'] })
  admin_state?: string;

  @Field('integer', 'Largest packet that the interface sends, in bytes.', { min: 64, max: 65535 })
  mtu?: number;

  @Field('string', 'Whether what comes from a source that would not be routed back here is dropped.', { enum: ['NONE', 'STRICT'], default: 'STRICT' })
  urpf_mode?: string;

  @Field('string', 'Policy path of the router advertisement profile of the interface.', {
    array: true,
    minItems: 0,
    maxItems: 1,
    refs: { to: ['Ipv6NdraProfile'] },
  })
  ipv6_profile_paths?: string[];

  @Field('string', 'Policy path of the relay that DHCP requests on the interface go to.', {
    refs: { to: ['DhcpRelayConfig'] },
    unrealized: 'Requests on an interface are not relayed. Name the relay at a segment that the gateway routes for.',
  })
  dhcp_relay_path?: string;
}

type StoredInterface = GatewayInterface & PolicyObject & { segment_path?: string };

/** Takes the numbers of an interface, on its gateway and on its segment, and claims its addresses. */
export function connectInterface(one: StoredInterface, view: WriteView): void {
  const { path, segment_path: segment } = one;
  const gateway = gatewayOf(path);
  allocate(view, INTERFACE_NUMBERS, path);
  allocate(view, routerPortKeys(gateway), path);
  leaveSpaces(view, path, 'port-key', segment === undefined ? undefined : portKeys(segment).space);
  if (segment !== undefined) allocate(view, portKeys(segment), path);
  claimNetworks(view, path, gateway, networksOf(one));
}

/** What is wrong with the addresses of an interface, by themselves and beside others of its routing domain. */
export function addressProblems(one: StoredInterface, view: IntentView): readonly Problem[] {
  const tooLong = one.subnets.flatMap(({ ip_addresses: addresses, prefix_len: length }, at) => {
    const isIpv4 = addresses.some((address) => parseAddress(address)?.family === 4);
    return isIpv4 && length > 32 ? [fieldProblem(`subnets[${at}].prefix_len`, 'must be at most 32 for an IPv4 address.')] : [];
  });
  return [...tooLong, ...overlapProblems(view, one.path, gatewayOf(one.path), networksOf(one))];
}
