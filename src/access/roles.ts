import type { Feature } from '../model/resource.js';
import { ADMINISTRATOR } from '../policy/ports.js';

/** What a role may do with a feature. */
export type Access = 'none' | 'read' | 'write';

/** A feature as the role API shows it. */
interface FeatureFacts {
  /** Name in NSX-T's role API. */
  readonly id: string;
  readonly name: string;
  readonly doc: string;
}

/** Every feature that a resource type can belong to. */
export const FEATURES: Readonly<Record<Feature, FeatureFacts>> = {
  networking: { id: 'policy_networking', name: 'Networking', doc: 'Gateways, segments, routing, NAT and their profiles.' },
  security: { id: 'policy_security', name: 'Security', doc: 'Firewall policies and rules, context profiles and schedulers.' },
  grouping: { id: 'policy_grouping', name: 'Groups', doc: 'Groups of workloads and addresses.' },
  services: { id: 'policy_services', name: 'Services', doc: 'Services by protocol and port.' },
  balancing: { id: 'policy_load_balancing', name: 'Load balancing', doc: 'Load balancers, their servers, pools and profiles.' },
  addressing: { id: 'policy_ip_management', name: 'Address management', doc: 'Address pools and blocks, DHCP and DNS.' },
  inventory: { id: 'vm_vm_info', name: 'Inventory', doc: 'Virtual machines and interfaces that nodes report, and their tags.' },
  fabric: { id: 'system_fabric', name: 'Fabric', doc: 'Transport nodes, edge clusters, transport zones and sites.' },
  system: { id: 'system_administration', name: 'System', doc: 'The root of the tree, accounts, roles, certificates, licences, history and audit.' },
};

const NAMES = Object.keys(FEATURES) as Feature[];

export function featureById(id: string): Feature | undefined {
  return NAMES.find((name) => FEATURES[name].id === id);
}

/** What a role may do, for each feature. */
export type Grants = Readonly<Record<Feature, Access>>;

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly doc: string;
  readonly grants: Grants;
}

/** The same access to everything, but for the features that are named. */
function grants(access: Access, others: Partial<Record<Feature, Access>> = {}): Grants {
  return Object.fromEntries(NAMES.map((name) => [name, others[name] ?? access])) as Grants;
}

const ENGINEERS_OF_NETWORKS = { networking: 'write', balancing: 'write', addressing: 'write' } as const;
const ENGINEERS_OF_SECURITY = { security: 'write', grouping: 'write', services: 'write' } as const;
/** What everybody must see to find the way: the root of the tree, and what rules and balancers refer to. */
const ORIENTATION = { system: 'read', networking: 'read', grouping: 'read', services: 'read', inventory: 'read' } as const;

/** Roles that always exist, under the names that NSX-T gives them. */
export const BUILT_IN_ROLES: readonly Role[] = [
  { id: ADMINISTRATOR, name: 'Enterprise Admin', doc: 'Changes everything.', grants: grants('write') },
  { id: 'auditor', name: 'Auditor', doc: 'Reads everything.', grants: grants('read') },
  {
    id: 'network_engineer',
    name: 'Network Admin',
    doc: 'Changes networks, balancers and addresses; reads the rest.',
    grants: grants('read', ENGINEERS_OF_NETWORKS),
  },
  { id: 'network_op', name: 'Network Operator', doc: 'Reads all but firewalls.', grants: grants('read', { security: 'none' }) },
  {
    id: 'security_engineer',
    name: 'Security Admin',
    doc: 'Changes firewalls, groups and services; reads the rest.',
    grants: grants('read', ENGINEERS_OF_SECURITY),
  },
  {
    id: 'security_op',
    name: 'Security Operator',
    doc: 'Reads firewalls and what they refer to.',
    grants: grants('none', { ...ORIENTATION, security: 'read' }),
  },
  {
    id: 'lb_admin',
    name: 'Load Balancer Admin',
    doc: 'Changes load balancers; reads what they refer to.',
    grants: grants('none', { ...ORIENTATION, balancing: 'write' }),
  },
  {
    id: 'lb_operator',
    name: 'Load Balancer Operator',
    doc: 'Reads load balancers and what they refer to.',
    grants: grants('none', { ...ORIENTATION, balancing: 'read' }),
  },
  { id: 'org_admin', name: 'Organization Admin', doc: 'Bound to an organization; grants nothing at the root.', grants: grants('none') },
  { id: 'project_admin', name: 'Project Admin', doc: 'Bound to a project; grants nothing at the root.', grants: grants('none') },
  { id: 'vpc_admin', name: 'VPC Admin', doc: 'Bound to a VPC; grants nothing at the root.', grants: grants('none') },
];

/** Whether any of the roles grants the access. */
export function allows(roles: Iterable<Role>, feature: Feature, access: 'read' | 'write'): boolean {
  for (const role of roles) {
    const granted = role.grants[feature];
    if (granted === 'write' || (granted === 'read' && access === 'read')) return true;
  }
  return false;
}
