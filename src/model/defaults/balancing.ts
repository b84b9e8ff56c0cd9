import type { DefaultObject } from './default-object.js';

/** One object of each kind with nothing but the defaults of its type; clients find some of them by type alone. */
function plain(collection: string, id: string, type: string, fields: Readonly<Record<string, unknown>> = {}): DefaultObject {
  return { path: `/infra/${collection}/${id}`, body: { resource_type: type, display_name: id, ...fields } };
}

export const DEFAULT_BALANCING: readonly DefaultObject[] = [
  plain('lb-app-profiles', 'default-http-lb-app-profile', 'LBHttpProfile'),
  plain('lb-app-profiles', 'default-tcp-lb-app-profile', 'LBFastTcpProfile'),
  plain('lb-app-profiles', 'default-udp-lb-app-profile', 'LBFastUdpProfile'),

  plain('lb-monitor-profiles', 'default-http-lb-monitor', 'LBHttpMonitorProfile', { monitor_port: 80 }),
  plain('lb-monitor-profiles', 'default-https-lb-monitor', 'LBHttpsMonitorProfile', { monitor_port: 443 }),
  plain('lb-monitor-profiles', 'default-icmp-lb-monitor', 'LBIcmpMonitorProfile'),
  plain('lb-monitor-profiles', 'default-passive-lb-monitor', 'LBPassiveMonitorProfile'),
  plain('lb-monitor-profiles', 'default-tcp-lb-monitor', 'LBTcpMonitorProfile'),

  plain('lb-persistence-profiles', 'default-cookie-lb-persistence-profile', 'LBCookiePersistenceProfile'),
  plain('lb-persistence-profiles', 'default-generic-lb-persistence-profile', 'LBGenericPersistenceProfile'),
  plain('lb-persistence-profiles', 'default-source-ip-lb-persistence-profile', 'LBSourceIpPersistenceProfile'),

  ...['balanced', 'high-compatibility', 'high-security'].flatMap((strength) => {
    const label = { cipher_group_label: strength.toUpperCase().replace('-', '_') };
    return [
      plain('lb-client-ssl-profiles', `default-${strength}-client-ssl-profile`, 'LBClientSslProfile', label),
      plain('lb-server-ssl-profiles', `default-${strength}-server-ssl-profile`, 'LBServerSslProfile', label),
    ];
  }),
];
