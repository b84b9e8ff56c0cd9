import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CODES } from '../model/error-codes.js';
import type { PortAddressBindingEntry } from '../model/networking/connectivity.js';
import type { SegmentPort } from '../model/networking/segment-port.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import { PolicyError } from '../model/problem.js';
import { Answers } from '../operations/described.js';
import { INTENT_READER, type IntentReader } from '../policy/ports.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import { DHCP_ADDRESSES, type NodeState, type RealizedState, type WorkloadInterface } from '../realization/contract.js';
import { parseAddress } from '../shared/address.js';
import { type AddressBindingState, SegmentConfigurationState, SegmentPortState, Tier0GatewayState, Tier1GatewayState } from './configuration-state.js';
import { ENFORCEMENT_POINT } from './enforcement-point.js';
import { NODE_REPORTS, type NodeReports, REALIZATION_QUERIES, type RealizationQueries } from './ports.js';
import { unrealized } from './realized.controller.js';

/** Where segments are, below `/infra`. */
export const SEGMENTS = ['segments/:segment', 'tier-1s/:gateway/segments/:segment'];

/** `/state` of networks and gateways: the same realized state as elsewhere, in the words of the object that is asked. */
@ApiTags('realization')
@Controller('policy/api/v1/infra')
export class StateController {
  constructor(
    @Inject(INTENT_READER) private readonly reader: IntentReader,
    @Inject(REALIZATION_QUERIES) private readonly realization: RealizationQueries,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get(SEGMENTS.map((path) => `${path}/state`))
  @ApiOperation({ summary: 'Whether the nodes run a segment' })
  @Answers(SegmentConfigurationState)
  async segment(@Req() request: KnownRequest, @Param() params: Record<string, string>): Promise<object> {
    const { intent, state } = await this.find(request, segmentPath(params));
    return { segment_path: intent.path, ...configurationState(state) };
  }

  @Get(SEGMENTS.map((path) => `${path}/ports/:port/state`))
  @ApiOperation({ summary: 'Where a segment port is, and with which addresses' })
  @Answers(SegmentPortState)
  async port(@Req() request: KnownRequest, @Param() params: Record<string, string>): Promise<object> {
    const { intent, state } = await this.find(request, `${segmentPath(params)}/ports/${params.port}`);
    const { attachment, address_bindings: bindings = [] } = intent as unknown as SegmentPort;
    const placed = state.nodes.map(({ node }) => node);
    const given = state.entities.flatMap(({ attributes }) => attributes.flatMap(({ key, values }) => (key === DHCP_ADDRESSES ? values : [])));
    const interfaces = attachment?.id === undefined ? [] : await Promise.all(placed.map((node) => this.reports.interfaceAt(node, attachment.id as string)));
    return {
      attachment: {
        id: attachment?.id,
        state: placed.length > 0 ? 'ATTACHED' : attachment?.id ? 'DETACHED' : 'FREE',
        attachers: placed.map((node) => ({ host: node })),
      },
      transport_node_ids: placed,
      realized_bindings: [...bindings.map((binding) => ({ binding, source: 'USER_DEFINED' })), ...givenByDhcp(given, interfaces)],
      discovered_bindings: discovered(bindings, interfaces, given),
      duplicate_bindings: [],
    };
  }

  @Get('tier-1s/:gateway/state')
  @ApiOperation({ summary: 'Whether the nodes run a tier-1 gateway' })
  @Answers(Tier1GatewayState)
  async tier1(@Req() request: KnownRequest, @Param('gateway') id: string): Promise<object> {
    const { intent, state } = await this.find(request, `/infra/tier-1s/${id}`);
    return { tier1_state: configurationState(state), tier1_status: routerStatus(intent, state), enforcement_point_path: ENFORCEMENT_POINT };
  }

  @Get('tier-0s/:gateway/state')
  @ApiOperation({ summary: 'Whether the nodes run a tier-0 gateway' })
  @Answers(Tier0GatewayState)
  async tier0(@Req() request: KnownRequest, @Param('gateway') id: string): Promise<object> {
    const { intent, state } = await this.find(request, `/infra/tier-0s/${id}`);
    return { tier0_state: configurationState(state), tier0_status: routerStatus(intent, state), enforcement_point_path: ENFORCEMENT_POINT };
  }

  private async find(request: KnownRequest, path: string): Promise<{ intent: PolicyObject; state: RealizedState }> {
    this.authorizer.require(request.heddle, 'networking', 'read');
    const intent = this.reader.get(path);
    if (!intent) throw new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
    return { intent, state: (await this.realization.realizedState(path, this.reader.sequence())) ?? unrealized(path) };
  }
}

/** What NSX-T calls an address that it saw DHCP give. */
const DHCP_SOURCES = { 4: 'DHCP_SNOOPING', 6: 'DHCPV6_SNOOPING' } as const;

/** Addresses that DHCP gives a port: they count as its own before it asks. */
export function givenByDhcp(given: readonly string[], interfaces: readonly (WorkloadInterface | undefined)[]): AddressBindingState[] {
  const mac = interfaces.find((one) => one?.mac)?.mac;
  return given.map((address) => ({ binding: bindingOf(address, mac), source: dhcpSource(address) }));
}

/**
 * Addresses that nodes report of an interface, and users have not stated. Where DHCP did not give one the inventory does not say how it
 * was found.
 */
export function discovered(
  stated: readonly PortAddressBindingEntry[],
  interfaces: readonly (WorkloadInterface | undefined)[],
  given: readonly string[],
): AddressBindingState[] {
  return interfaces.flatMap((one) =>
    (one?.addresses ?? [])
      .filter((address) => !stated.some(({ ip_address: known }) => known === address))
      .map((address) => ({ binding: bindingOf(address, one?.mac), source: given.includes(address) ? dhcpSource(address) : 'UNKNOWN' })),
  );
}

function bindingOf(address: string, mac: string | undefined): PortAddressBindingEntry {
  return { ip_address: address, ...(mac ? { mac_address: mac } : {}) };
}

function dhcpSource(address: string): string {
  return DHCP_SOURCES[parseAddress(address)?.family ?? 4];
}

const WORDS = { REALIZED: 'success', ERROR: 'failed', UNREALIZED: 'in_progress' } as const;
const NODE_WORDS: Readonly<Record<NodeState['state'], string>> = { REALIZED: 'success', PENDING: 'in_progress', ERROR: 'failed', DISCONNECTED: 'unknown' };

function configurationState({ state, nodes, alarms }: RealizedState): object {
  const details = nodes.map(({ node, state: nodeState }) => {
    const alarm = alarms.find((one) => one.node === node);
    return { sub_system_id: node, sub_system_type: 'TransportNode', state: NODE_WORDS[nodeState], ...(alarm ? { failure_message: alarm.reason } : {}) };
  });
  const [first] = alarms;
  return { state: WORDS[state], details, ...(state === 'ERROR' && first ? { failure_message: first.reason, failure_code: CODES.unrealizable } : {}) };
}

function routerStatus(intent: PolicyObject, { nodes }: RealizedState): object {
  return { logical_router_id: intent.realization_id, per_node_status: nodes.map(({ node }) => ({ transport_node_id: node })) };
}

export function segmentPath({ gateway, segment }: Record<string, string>): string {
  return gateway === undefined ? `/infra/segments/${segment}` : `/infra/tier-1s/${gateway}/segments/${segment}`;
}
