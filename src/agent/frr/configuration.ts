import {
  type BgpInstance,
  BgpInstance_GracefulRestart,
  BgpInstance_LocalAsMode,
  type BgpInstance_Neighbor,
  type SecretReference,
} from '../../realization/resources.pb.js';
import { mapName, routingPolicyOf, type Section, STANDBY } from './routing-policy.js';
import { listName, Unsupported } from './words.js';

/** A way that BGP need not learn: neighbours may be behind it. */
export interface FixedRoute {
  readonly network: string;
  readonly nextHop: string;
  readonly distance: number;
}

/** Where an instance runs, as far as its configuration depends on it. */
export interface SpeakerPlace {
  /** Neighbours that are spoken to from here, with the address of this place that they are spoken to from, where it is given. */
  readonly neighbors: readonly { readonly neighbor: BgpInstance_Neighbor; readonly source: string | undefined }[];
  readonly routes: readonly FixedRoute[];
  /** A password; undefined where only the form of the text matters. */
  readonly secret: (reference: SecretReference) => string | undefined;
}

/** Ways to a network that are used at once. */
const MOST_WAYS = 8;
/** A neighbour that was away is called again after so many seconds. */
const CALL_AGAIN = 10;
const FAMILIES = { IPV4: 'ipv4 unicast', IPV6: 'ipv6 unicast' } as const;

/**
 * The configuration of FRR for an instance, as one text.
 * @throws Unsupported for what FRR, or what carries its routes here, cannot do
 */
export function configurationOf(instance: BgpInstance, place: SpeakerPlace): string {
  const { lines, maps } = routingPolicyOf(instance);
  const families = (Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]).map((family) => familySection(instance, place, family));
  const text = [
    // Packets are forwarded by OVN; this is only where sessions end.
    'no ip forwarding',
    'no ipv6 forwarding',
    // Routes are read with their next hops, not with numbers of them.
    'no zebra nexthop kernel enable',
    ...place.routes.map(({ network, nextHop, distance }) => `${network.includes(':') ? 'ipv6' : 'ip'} route ${network} ${nextHop} ${distance}`),
    ...lines,
    ...maps.flatMap(sectionText),
    `router bgp ${instance.localAs}`,
    ...instanceLines(instance).map(indent),
    ...place.neighbors.flatMap(({ neighbor, source }) => neighborLines(instance, neighbor, source, place.secret).map(indent)),
    ...families.flatMap((section) => sectionText(section).map(indent)),
    'exit',
  ];
  return `${text.join('\n')}\n`;
}

function instanceLines({ routerId, multipathRelax, gracefulRestart, restartSeconds, staleSeconds }: BgpInstance): string[] {
  const timers = [`bgp graceful-restart restart-time ${restartSeconds}`, `bgp graceful-restart stalepath-time ${staleSeconds}`];
  return [
    ...(routerId === '' ? [] : [`bgp router-id ${routerId}`]),
    'no bgp ebgp-requires-policy',
    'no bgp default ipv4-unicast',
    'no bgp network import-check',
    ...(multipathRelax ? ['bgp bestpath as-path multipath-relax'] : []),
    ...(gracefulRestart === BgpInstance_GracefulRestart.DISABLED ? ['bgp graceful-restart-disable'] : timers),
    ...(gracefulRestart === BgpInstance_GracefulRestart.RESTARTER_AND_HELPER ? ['bgp graceful-restart', 'bgp graceful-restart preserve-fw-state'] : []),
  ];
}

const RESTART_WORDS: Readonly<Record<number, string>> = {
  [BgpInstance_GracefulRestart.DISABLED]: 'graceful-restart-disable',
  [BgpInstance_GracefulRestart.RESTARTER_AND_HELPER]: 'graceful-restart',
  [BgpInstance_GracefulRestart.HELPER_ONLY]: 'graceful-restart-helper',
};

const LOCAL_AS_WORDS: Readonly<Record<number, string>> = {
  [BgpInstance_LocalAsMode.NO_PREPEND]: ' no-prepend',
  [BgpInstance_LocalAsMode.NO_PREPEND_REPLACE_AS]: ' no-prepend replace-as',
};

function neighborLines(instance: BgpInstance, neighbor: BgpInstance_Neighbor, source: string | undefined, secret: SpeakerPlace['secret']): string[] {
  const { remoteAs, password, bfd, hopLimit } = neighbor;
  const secretText = password && secret(password);
  if (secretText !== undefined && /[\s\0]/.test(secretText)) throw new Unsupported('a password of FRR is one word');
  const external = remoteAs !== String(neighbor.localAs || instance.localAs);
  const settings = [
    `remote-as ${remoteAs}`,
    ...(source === undefined ? [] : [`update-source ${source}`]),
    ...(external && hopLimit > 1 ? [`ebgp-multihop ${hopLimit}`] : []),
    ...(neighbor.localAs > 0 ? [`local-as ${neighbor.localAs}${LOCAL_AS_WORDS[neighbor.localAsMode] ?? ''}`] : []),
    ...(secretText === undefined ? [] : [`password ${secretText}`]),
    `timers ${neighbor.keepAliveSeconds} ${neighbor.holdSeconds}`,
    `timers connect ${CALL_AGAIN}`,
    ...(bfd ? [`bfd ${bfd.multiplier} ${bfd.intervalMilliseconds} ${bfd.intervalMilliseconds}`] : []),
    ...(neighbor.gracefulRestart === instance.gracefulRestart ? [] : [RESTART_WORDS[neighbor.gracefulRestart]]),
  ];
  return settings.map((setting) => `neighbor ${neighbor.address} ${setting}`);
}

function familySection(instance: BgpInstance, { neighbors }: SpeakerPlace, family: keyof typeof FAMILIES): Section {
  const isOurs = ({ network }: { readonly network: string }) => network.includes(':') === (family === 'IPV6');
  const { externalDistance, internalDistance } = instance;
  const ways = instance.ecmp ? MOST_WAYS : 1;
  return {
    head: `address-family ${FAMILIES[family]}`,
    lines: [
      ...(externalDistance > 0 || internalDistance > 0 ? [`distance bgp ${externalDistance || 20} ${internalDistance || 200} 200`] : []),
      `maximum-paths ${ways}`,
      `maximum-paths ibgp ${ways}`,
      ...instance.advertisements
        .filter(isOurs)
        .map(({ network, routeMap }) => `network ${network}${routeMap === '' ? '' : ` route-map ${listName('map', routeMap)}`}`),
      ...instance.aggregates.filter(isOurs).map(({ network, summaryOnly }) => `aggregate-address ${network}${summaryOnly ? ' summary-only' : ''}`),
      ...neighbors.flatMap(({ neighbor }) => filterLines(instance, neighbor, family)),
    ],
  };
}

function filterLines(instance: BgpInstance, { address, allowOwnAs, filters }: BgpInstance_Neighbor, family: string): string[] {
  if (filters.some((one) => one.enabled && !(one.addressFamily in FAMILIES)))
    throw new Unsupported(`there is nothing here that routes of ${filters.find((one) => !(one.addressFamily in FAMILIES))?.addressFamily} could be used for`);
  const filter = filters.find((one) => one.enabled && one.addressFamily === family);
  if (!filter) return [];
  const by = (name: string, direction: 'in' | 'out'): string[] => {
    const standby = instance.standby && direction === 'out';
    if (instance.routeMaps.some((map) => map.name === name)) return [`route-map ${mapName(name, standby)} ${direction}`];
    return [...(name === '' ? [] : [`prefix-list ${listName('prefixes', name)} ${direction}`]), ...(standby ? [`route-map ${STANDBY} out`] : [])];
  };
  const settings = [
    'activate',
    ...(allowOwnAs ? ['allowas-in'] : []),
    ...by(filter.in, 'in'),
    ...by(filter.out, 'out'),
    ...(filter.maximumRoutes > 0 ? [`maximum-prefix ${filter.maximumRoutes}`] : []),
  ];
  return settings.map((setting) => `neighbor ${address} ${setting}`);
}

function sectionText({ head, lines }: Section): string[] {
  return [head, ...lines.map(indent), head.startsWith('address-family') ? 'exit-address-family' : 'exit'];
}

function indent(line: string): string {
  return ` ${line}`;
}
