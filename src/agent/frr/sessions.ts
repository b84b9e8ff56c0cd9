import type { EngineHealth_BgpSession } from '../../agents/session.pb.js';

/** What is told of a session, but for whose it is. */
export type SessionState = Omit<EngineHealth_BgpSession, 'instance' | 'neighbor'>;

interface Family {
  readonly acceptedPrefixCounter?: number;
  readonly sentPrefixCounter?: number;
}

interface Neighbor {
  readonly bgpState?: string;
  readonly bgpTimerUpMsec?: number;
  readonly hostLocal?: string;
  readonly remoteRouterId?: string;
  readonly connectionsEstablished?: number;
  readonly connectionsDropped?: number;
  readonly messageStats?: { readonly totalSent?: number; readonly totalRecv?: number };
  readonly addressFamilyInfo?: Readonly<Record<string, Family>>;
}

const STATES: Readonly<Record<string, string>> = {
  Idle: 'IDLE',
  Connect: 'CONNECT',
  Active: 'ACTIVE',
  OpenSent: 'OPEN_SENT',
  OpenConfirm: 'OPEN_CONFIRM',
  Established: 'ESTABLISHED',
};

/** Sessions by the address of the neighbour, from what `show bgp neighbors json` says. */
export function sessionsIn(text: string): Map<string, SessionState> {
  const neighbors = Object.entries(JSON.parse(text) as Readonly<Record<string, Neighbor | string | number>>);
  return new Map(neighbors.flatMap(([address, found]) => (typeof found === 'object' ? [[address, stateOf(found)] as const] : [])));
}

function stateOf(neighbor: Neighbor): SessionState {
  const families = Object.values(neighbor.addressFamilyInfo ?? {});
  const sum = (count: (family: Family) => number | undefined): number => families.reduce((total, family) => total + (count(family) ?? 0), 0);
  const state = STATES[neighbor.bgpState ?? ''] ?? 'IDLE';
  return {
    state,
    establishedSeconds: state === 'ESTABLISHED' ? Math.floor((neighbor.bgpTimerUpMsec ?? 0) / 1000) : 0,
    prefixesReceived: sum(({ acceptedPrefixCounter: count }) => count),
    prefixesSent: sum(({ sentPrefixCounter: count }) => count),
    sourceAddress: neighbor.hostLocal ?? '',
    peerRouterId: neighbor.remoteRouterId ?? '',
    establishments: neighbor.connectionsEstablished ?? 0,
    drops: neighbor.connectionsDropped ?? 0,
    messagesSent: neighbor.messageStats?.totalSent ?? 0,
    messagesReceived: neighbor.messageStats?.totalRecv ?? 0,
  };
}
