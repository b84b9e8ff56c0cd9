import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workload } from '../../src/agents/session.pb.js';

/**
 * A network of racks: each ten nodes share a segment, each node runs the machines of one application, and each application has a
 * policy of its own, applied to its machines only, whose rules let other applications in. One policy is applied everywhere.
 */
export interface NetworkSize {
  readonly nodes: number;
  readonly portsPerNode: number;
  readonly rulesPerPolicy: number;
}

type Body = Readonly<Record<string, unknown>>;

const NODES_PER_SEGMENT = 10;
/** Objects in one hierarchical body. */
const CHUNK = 2_000;
const ENFORCEMENT_POINT = '/infra/sites/default/enforcement-points/default';
const DOMAIN = '/infra/domains/default';
const SERVICES = ['HTTP', 'HTTPS', 'SSH', 'DNS'];

export const nodeName = (node: number): string => `node-${node + 1}`;
export const nodePath = (node: number): string => `${ENFORCEMENT_POINT}/host-transport-nodes/${nodeName(node)}`;
export const rulePath = (policy: number, rule: number): string => `${DOMAIN}/security-policies/app-${policy}/rules/rule-${rule}`;
export const EVERYWHERE_RULE = `${DOMAIN}/security-policies/everywhere/rules/all`;

const groupPath = (application: number): string => `${DOMAIN}/groups/app-${application}`;
const attachment = (node: number, port: number): string => `if-${node}-${port}`;

export const objectCount = ({ nodes, portsPerNode, rulesPerPolicy }: NetworkSize): number =>
  nodes * (3 + portsPerNode + rulesPerPolicy) + Math.ceil(nodes / NODES_PER_SEGMENT) + 2;

/** A rule of an application's policy; `logged` is what the benchmark changes. */
export function ruleBody({ nodes }: NetworkSize, policy: number, rule: number, logged = false): Body {
  return {
    display_name: `rule-${rule}`,
    sequence_number: rule,
    action: 'ALLOW',
    source_groups: [groupPath((policy + 1 + rule) % nodes)],
    destination_groups: [groupPath(policy)],
    services: [`/infra/services/${SERVICES[rule % SERVICES.length]}`],
    logged,
  };
}

/** The rule that concerns every node. */
export function everywhereRuleBody(logged: boolean): Body {
  return { display_name: 'all', action: 'DROP', source_groups: ['198.51.100.0/24'], logged };
}

/** The whole network as bodies for the hierarchical API, in the order to send them. */
export function* networkBodies(size: NetworkSize): Generator<Body> {
  const { nodes, portsPerNode, rulesPerPolicy } = size;
  const all = Array.from({ length: nodes }, (_, node) => node);
  const child = (type: string, body: Body): Body => ({ resource_type: `Child${type}`, [type]: body });
  const below = (target_type: string, id: string, children: readonly Body[]): Body => ({ resource_type: 'ChildResourceReference', target_type, id, children });
  const infra = (children: readonly Body[]): Body => ({ resource_type: 'Infra', children });

  const hosts = all.map((node) => child('HostTransportNode', { id: nodeName(node), display_name: nodeName(node) }));
  for (const chunk of chunks(hosts, 1)) yield infra([below('Site', 'default', [below('EnforcementPoint', 'default', chunk)])]);

  const segments = Array.from({ length: Math.ceil(nodes / NODES_PER_SEGMENT) }, (_, segment) => {
    const ports = all.slice(segment * NODES_PER_SEGMENT, (segment + 1) * NODES_PER_SEGMENT).flatMap((node) =>
      Array.from({ length: portsPerNode }, (_port, port) =>
        child('SegmentPort', {
          id: attachment(node, port),
          attachment: { id: attachment(node, port) },
          tags: [{ scope: 'app', tag: String(node) }],
        }),
      ),
    );
    return child('Segment', {
      id: `rack-${segment}`,
      transport_zone_path: `${ENFORCEMENT_POINT}/transport-zones/nsx-overlay-transportzone`,
      children: ports,
    });
  });
  for (const chunk of chunks(segments, NODES_PER_SEGMENT * portsPerNode)) yield infra(chunk);

  const groups = all.map((application) =>
    child('Group', {
      id: `app-${application}`,
      expression: [{ resource_type: 'Condition', member_type: 'SegmentPort', key: 'Tag', operator: 'EQUALS', value: `app|${application}` }],
    }),
  );
  for (const chunk of chunks(groups, 1)) yield infra([below('Domain', 'default', chunk)]);

  const everywhere = { id: 'everywhere', category: 'Infrastructure', rules: [{ id: 'all', ...everywhereRuleBody(false) }] };
  yield infra([below('Domain', 'default', [child('SecurityPolicy', everywhere)])]);
  const policies = function* (): Generator<Body> {
    for (const policy of all) {
      const rules = Array.from({ length: rulesPerPolicy }, (_, rule) => ({ id: `rule-${rule}`, ...ruleBody(size, policy, rule) }));
      yield child('SecurityPolicy', { id: `app-${policy}`, category: 'Application', scope: [groupPath(policy)], rules });
    }
  };
  for (const chunk of chunks(policies(), rulesPerPolicy)) yield infra([below('Domain', 'default', chunk)]);
}

/** Plugs the machines of every node in, before its agent starts for the first time. */
export function plugWorkloads({ nodes, portsPerNode }: NetworkSize, stateDir: string): void {
  for (let node = 0; node < nodes; node += 1) {
    const workloads = Array.from({ length: portsPerNode }, (_, port): Workload => {
      const id = attachment(node, port);
      const [high, low] = [(node * portsPerNode + port) >> 8, (node * portsPerNode + port) & 0xff];
      const octets = [high >> 8, high & 0xff, low];
      return {
        machine: { externalId: `vm-${id}`, displayName: id, computerName: id, osName: 'linux', poweredOn: true },
        interfaces: [
          {
            externalId: `vif-${id}`,
            attachmentId: id,
            machine: `vm-${id}`,
            mac: `02:00:00:${octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':')}`,
            addresses: [`10.${octets.join('.')}`],
          },
        ],
      };
    });
    const directory = join(stateDir, 'nodes', nodeName(node));
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'workloads.json'), JSON.stringify(workloads));
  }
}

function* chunks<T>(items: Iterable<T>, objectsPerItem: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length * objectsPerItem < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
