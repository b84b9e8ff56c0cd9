/**
 * What packets are to do, told once for every engine: the simulated one answers from its model (`simulated.test.ts`), the OVN engine with
 * packets between network namespaces (the part `packets` of the lab). Two hosts, a tier-1 with two segments, and one segment alone.
 */

/** A machine and where it is. Addresses are unique over all segments, except that being isolated makes them not matter. */
export interface Machine {
  readonly name: string;
  readonly host: 0 | 1;
  /** Identifier of the segment. */
  readonly segment: string;
  readonly mac: string;
  /** Without prefix; the prefix of each has 24 bits, or 64. */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly tag?: string;
}

/** What becomes of a packet: it arrives, its sender is told that it may not, or nothing comes back. */
export type Fate = 'passes' | 'refused' | 'dropped';

export interface Expectation {
  readonly from: string;
  /** Name of a machine, or an address. */
  readonly to: string;
  readonly protocol: 'ICMP' | 'TCP' | 'UDP';
  readonly port?: number;
  readonly family?: 4 | 6;
  readonly fate: Fate;
}

/** Intent that is written, and what packets do once it is in force. */
export interface PacketCase {
  readonly title: string;
  /** Bodies by path; undefined deletes. */
  readonly intent: readonly (readonly [path: string, body: object | undefined])[];
  readonly realized: readonly string[];
  readonly expectations: readonly Expectation[];
}

const OVERLAY = '/infra/sites/default/enforcement-points/default/transport-zones/overlay';
const TIER1 = '/infra/tier-1s/packets';
const DOMAIN = '/infra/domains/default';
const POLICY = `${DOMAIN}/security-policies/packets`;
const SCOPED = `${DOMAIN}/security-policies/packets-scoped`;
const MIXED = `${DOMAIN}/security-policies/packets-mixed`;
const VIRTUAL = '10.91.255.1';
/** Ports that every machine answers on. */
export const PORTS = [80, 443, 5353] as const;

const segment = (name: string): string => `/infra/segments/packets-${name}`;
const group = (name: string): string => `${DOMAIN}/groups/packets-${name}`;

export const MACHINES: readonly Machine[] = [
  machine('front-1', 0, 'front', 1, 'front'),
  machine('front-2', 1, 'front', 2, 'front'),
  machine('back-1', 0, 'back', 3, 'back'),
  machine('back-2', 1, 'back', 4, 'back'),
  machine('alone-1', 0, 'alone', 5),
  machine('alone-2', 1, 'alone', 6),
];

function machine(name: string, host: 0 | 1, on: 'front' | 'back' | 'alone', number: number, tag?: string): Machine {
  const net = { front: 1, back: 2, alone: 3 }[on];
  return {
    name,
    host,
    segment: segment(on),
    mac: `02:00:91:00:00:0${number}`,
    addresses: [`10.91.${net}.1${number}`, `fd91:0:0:${net}::1${number}`],
    gateways: on === 'alone' ? [] : [`10.91.${net}.1`, `fd91:0:0:${net}::1`],
    ...(tag === undefined ? {} : { tag }),
  };
}

/** The port that a machine is plugged into. */
export function portOf({ segment: on, name }: Machine): string {
  return `${on}/ports/${name}`;
}

export function attachmentOf({ name }: Machine): string {
  return `vif-${name}`;
}

/** Segments, their gateway, and ports for all machines. */
export const TOPOLOGY: PacketCase['intent'] = [
  [TIER1, {}],
  [segment('front'), { transport_zone_path: OVERLAY, connectivity_path: TIER1, subnets: subnets(1) }],
  [segment('back'), { transport_zone_path: OVERLAY, connectivity_path: TIER1, subnets: subnets(2) }],
  [segment('alone'), { transport_zone_path: OVERLAY }],
  ...MACHINES.map((one) => {
    const tags = one.tag === undefined ? {} : { tags: [{ scope: 'tier', tag: one.tag }] };
    return [portOf(one), { attachment: { id: attachmentOf(one) }, ...tags }] as const;
  }),
];

function subnets(net: number): object[] {
  return [{ gateway_address: `10.91.${net}.1/24` }, { gateway_address: `fd91:0:0:${net}::1/64` }];
}

function rule(id: string, sequence: number, fields: object): object {
  return { resource_type: 'Rule', id, sequence_number: sequence, source_groups: ['ANY'], destination_groups: ['ANY'], services: ['ANY'], ...fields };
}

function toPort(protocol: 'TCP' | 'UDP', ...ports: readonly string[]): object {
  return {
    services: undefined,
    service_entries: [{ resource_type: 'L4PortSetServiceEntry', id: 'ports', l4_protocol: protocol, destination_ports: ports }],
  };
}

const ECHO = {
  services: undefined,
  service_entries: [{ resource_type: 'ICMPTypeServiceEntry', id: 'echo', protocol: 'ICMPv4', icmp_type: 8 }],
};

const ping = (from: string, to: string, fate: Fate, family: 4 | 6 = 4): Expectation => ({ from, to, protocol: 'ICMP', fate, family });
const tcp = (from: string, to: string, port: number, fate: Fate, family: 4 | 6 = 4): Expectation => ({ from, to, protocol: 'TCP', port, fate, family });
const udp = (from: string, to: string, port: number, fate: Fate): Expectation => ({ from, to, protocol: 'UDP', port, fate });

export const CASES: readonly PacketCase[] = [
  {
    title: 'segments and their gateway',
    intent: TOPOLOGY,
    realized: [TIER1, segment('front'), segment('back'), segment('alone'), ...MACHINES.map(portOf)],
    expectations: [
      ping('front-1', 'front-2', 'passes'),
      ping('front-1', '10.91.1.1', 'passes'),
      ping('front-1', 'back-1', 'passes'),
      ping('front-1', 'back-2', 'passes'),
      ping('back-2', 'front-1', 'passes', 6),
      ping('alone-1', 'alone-2', 'passes'),
      ping('front-1', 'alone-1', 'dropped'),
      ping('alone-2', 'back-2', 'dropped'),
      tcp('front-2', 'back-1', 443, 'passes'),
      udp('front-2', 'back-1', 5353, 'passes'),
    ],
  },
  {
    title: 'rules by tag, service and family, the first that matches',
    intent: [
      [group('front'), { expression: [tagged('front')] }],
      [group('back'), { expression: [tagged('back')] }],
      [
        POLICY,
        {
          category: 'Application',
          rules: [
            rule('web', 10, { source_groups: [group('front')], destination_groups: [group('back')], ...toPort('TCP', '80', '8000-8100'), action: 'ALLOW' }),
            rule('refuse', 20, { destination_groups: [group('back')], ...toPort('TCP', '443'), action: 'REJECT' }),
            rule('echo', 30, { source_groups: [group('front')], ...ECHO, action: 'ALLOW' }),
            rule('six', 40, { source_groups: [group('front')], ip_protocol: 'IPV6', action: 'ALLOW' }),
            rule('rest', 50, { destination_groups: [group('back')], action: 'DROP' }),
          ],
        },
      ],
    ],
    realized: [POLICY, ...['web', 'refuse', 'echo', 'six', 'rest'].map((id) => `${POLICY}/rules/${id}`)],
    expectations: [
      tcp('front-1', 'back-1', 80, 'passes'),
      tcp('front-1', 'back-2', 80, 'passes'),
      tcp('front-1', 'back-2', 443, 'refused'),
      tcp('front-2', 'back-1', 80, 'passes', 6),
      udp('front-1', 'back-2', 5353, 'dropped'),
      ping('front-2', 'back-1', 'passes'),
      ping('front-2', 'back-1', 'passes', 6),
      ping('back-1', 'back-2', 'dropped'),
      tcp('back-1', 'front-1', 443, 'passes'),
    ],
  },
  {
    title: 'rules of all others, and only where they are applied',
    intent: [
      [POLICY, undefined],
      [group('first'), { expression: [{ resource_type: 'PathExpression', paths: [`${segment('back')}/ports/back-1`] }] }],
      [
        SCOPED,
        {
          category: 'Application',
          scope: [group('back')],
          rules: [
            rule('others', 10, { source_groups: [group('front')], sources_excluded: true, destination_groups: [group('first')], action: 'DROP' }),
            rule('front', 20, { destination_groups: ['10.91.1.12'], ...toPort('TCP', '80'), action: 'DROP' }),
          ],
        },
      ],
    ],
    realized: [SCOPED, `${SCOPED}/rules/others`, `${SCOPED}/rules/front`],
    expectations: [
      ping('front-1', 'back-1', 'passes'),
      ping('back-2', 'back-1', 'dropped'),
      ping('front-1', 'back-2', 'passes'),
      tcp('back-2', 'front-2', 80, 'dropped'),
      // front-1 is not in the scope of the policy.
      tcp('front-1', 'front-2', 80, 'passes'),
    ],
  },
  {
    title: 'rules of one policy that are applied to different things, in their order',
    intent: [
      [SCOPED, undefined],
      [
        MIXED,
        {
          category: 'Application',
          rules: [
            rule('secure', 10, { scope: [group('back')], ...toPort('TCP', '443'), action: 'ALLOW' }),
            rule('not-first', 20, { scope: [group('first')], services: ['ANY'], action: 'REJECT', direction: 'IN' }),
            rule('others', 30, { scope: [group('back')], action: 'ALLOW' }),
          ],
        },
      ],
    ],
    realized: [MIXED, `${MIXED}/rules/secure`, `${MIXED}/rules/not-first`, `${MIXED}/rules/others`],
    expectations: [
      tcp('front-1', 'back-1', 443, 'passes'),
      tcp('front-1', 'back-1', 80, 'refused'),
      tcp('front-1', 'back-2', 80, 'passes'),
      tcp('back-1', 'back-2', 80, 'passes'),
    ],
  },
  {
    title: 'an address that is balanced on every host',
    intent: [
      [MIXED, undefined],
      ['/infra/lb-app-profiles/packets', { resource_type: 'LBFastTcpProfile' }],
      ['/infra/lb-services/packets', { connectivity_path: group('front'), size: 'DLB' }],
      ['/infra/lb-pools/packets', { member_group: { group_path: group('back'), port: 443, ip_revision_filter: 'IPV4' } }],
      [
        '/infra/lb-virtual-servers/packets',
        {
          ip_address: VIRTUAL,
          ports: ['8443'],
          pool_path: '/infra/lb-pools/packets',
          lb_service_path: '/infra/lb-services/packets',
          application_profile_path: '/infra/lb-app-profiles/packets',
        },
      ],
    ],
    realized: ['/infra/lb-virtual-servers/packets', '/infra/lb-pools/packets'],
    expectations: [tcp('front-1', VIRTUAL, 8443, 'passes'), tcp('front-2', VIRTUAL, 8443, 'passes'), tcp('back-1', VIRTUAL, 8443, 'dropped')],
  },
];

function tagged(value: string): object {
  return { resource_type: 'Condition', member_type: 'SegmentPort', key: 'Tag', operator: 'EQUALS', value: `tier|${value}` };
}

/** The address that an expectation is about. */
export function addressOf({ to, family }: Expectation): string {
  const found = MACHINES.find(({ name }) => name === to);
  return found ? (found.addresses[family === 6 ? 1 : 0] as string) : to;
}

/** One line for people. */
export function wordsOf({ from, to, protocol, port, family, fate }: Expectation): string {
  const what = `${protocol}${port === undefined ? '' : ` to port ${port}`}${family === 6 ? ' over IPv6' : ''}`;
  return `${what} from ${from} to ${to} ${fate === 'passes' ? 'passes' : `is ${fate}`}`;
}
