import type { DefaultObject } from './default-object.js';

/** Where the last rule of a firewall section stands, so that every other goes before it. */
const LAST = 2_147_483_647;

const SECTIONS = '/infra/domains/default/security-policies';
const FIREWALL = '/infra/settings/firewall/security';

/** A section that is evaluated after all others, with the one rule that decides what no other rule does. */
function lastSection(id: string, name: string, category: string, ruleId: string, ruleName: string): readonly DefaultObject[] {
  return [
    {
      path: `${SECTIONS}/${id}`,
      body: { resource_type: 'SecurityPolicy', display_name: name, category, sequence_number: LAST, is_default: true, stateful: category !== 'Ethernet' },
    },
    {
      path: `${SECTIONS}/${id}/rules/${ruleId}`,
      body: { resource_type: 'Rule', display_name: ruleName, action: 'ALLOW', sequence_number: LAST, is_default: true },
    },
  ];
}

function contextProfile(name: string, description: string): DefaultObject {
  return {
    path: `/infra/context-profiles/${name}`,
    body: { resource_type: 'PolicyContextProfile', display_name: name, description, attributes: [{ key: 'APP_ID', datatype: 'STRING', value: [name] }] },
  };
}

export const DEFAULT_SECURITY: readonly DefaultObject[] = [
  { path: FIREWALL, body: { resource_type: 'DfwFirewallConfiguration', display_name: 'Distributed firewall' } },
  { path: `${FIREWALL}/exclude-list`, body: { resource_type: 'PolicyExcludeList', display_name: 'Exclude list', members: [] } },

  ...lastSection('default-layer2-section', 'Default Layer2 Section', 'Ethernet', 'default-layer2-rule', 'Default Layer2 Rule'),
  ...lastSection('default-layer3-section', 'Default Layer3 Section', 'Application', 'default-layer3-rule', 'Default Layer3 Rule'),

  contextProfile('AMQP', 'Advanced Message Queuing Protocol'),
  contextProfile('DIAMETER', 'Diameter: authentication, authorization and accounting'),
  contextProfile('DNS', 'Domain Name System'),
  contextProfile('FTP', 'File Transfer Protocol'),
  contextProfile('HTTP', 'Hypertext Transfer Protocol'),
  contextProfile('HTTP2', 'Hypertext Transfer Protocol, version 2'),
  contextProfile('KERBEROS', 'Kerberos: network authentication'),
  contextProfile('LDAP', 'Lightweight Directory Access Protocol'),
  contextProfile('MYSQL', 'MySQL: client protocol'),
  contextProfile('NTP', 'Network Time Protocol'),
  contextProfile('RDP', 'Remote Desktop Protocol'),
  contextProfile('SMTP', 'Simple Mail Transfer Protocol'),
  contextProfile('SNMP', 'Simple Network Management Protocol'),
  contextProfile('SSH', 'Secure Shell'),
  contextProfile('SSL', 'Transport Layer Security'),
  contextProfile('SYSLOG', 'Syslog: transport of log messages'),
];
