import { describe, expect, it } from 'vitest';
import { DEFAULT_OBJECTS } from '../../src/model/defaults/default-objects.js';
import { MemoryIntent } from './memory-intent.js';

describe('what exists at first start', () => {
  const intent = new MemoryIntent();
  intent.seed(DEFAULT_OBJECTS);

  it.each([
    ['/infra/services/ICMPv6-ALL', 'ICMPv6-ALL'],
    ['/infra/services/Heartbeat', 'Heartbeat'],
    ['/infra/services/Enterprise_Manager_Servlet_port_SSL', 'Enterprise Manager Servlet port SSL'],
    ['/infra/services/IKE_(Key_Exchange)', 'IKE (Key Exchange)'],
    ['/infra/services/EdgeSync_service_ADAM', 'EdgeSync service/ADAM'],
    ['/infra/services/ICMP-ALL', 'ICMP ALL'],
    ['/infra/services/DNS-UDP', 'DNS-UDP'],
    ['/infra/services/HTTPS', 'HTTPS'],
    ['/infra/services/SSH', 'SSH'],
  ])('%s is the service that clients look up by the name %s', (path, name) => {
    expect(intent.read(path)).toMatchObject({ display_name: name, description: name, is_default: true, _system_owned: true });
  });

  it('has ports in services, in entries that name themselves', () => {
    expect(intent.read('/infra/services/HTTPS').service_entries).toEqual([
      { resource_type: 'L4PortSetServiceEntry', id: 'HTTPS', display_name: 'HTTPS', l4_protocol: 'TCP', destination_ports: ['443'] },
    ]);
    expect(intent.read('/infra/services/SIP').service_entries.map((entry: { l4_protocol: string }) => entry.l4_protocol)).toEqual(['TCP', 'UDP']);
  });

  it('has context profiles with a description', () => {
    expect(intent.read('/infra/context-profiles/AMQP').description).not.toBe('');
    expect(intent.read('/infra/context-profiles/DIAMETER').attributes).toMatchObject([{ key: 'APP_ID', value: ['DIAMETER'], attribute_source: 'SYSTEM' }]);
  });

  it('ends the distributed firewall with one default rule that allows', () => {
    const section = '/infra/domains/default/security-policies/default-layer3-section';
    expect(intent.read(section)).toMatchObject({ category: 'Application', is_default: true });
    expect(intent.read(`${section}/rules/default-layer3-rule`)).toMatchObject({
      action: 'ALLOW',
      is_default: true,
      source_groups: ['ANY'],
      destination_groups: ['ANY'],
      services: ['ANY'],
      scope: ['ANY'],
      direction: 'IN_OUT',
      disabled: false,
    });
  });

  it('stays what it is when a client changes it', () => {
    intent.patch('/infra/services/SSH', { description: 'Ours', service_entries: intent.read('/infra/services/SSH').service_entries });
    expect(intent.read('/infra/services/SSH')).toMatchObject({ description: 'Ours', is_default: true });
  });

  it('lets a client find one profile of each kind', () => {
    expect(intent.read('/infra/lb-app-profiles/default-tcp-lb-app-profile')).toMatchObject({ resource_type: 'LBFastTcpProfile', idle_timeout: 1800 });
    expect(intent.read('/infra/lb-monitor-profiles/default-http-lb-monitor')).toMatchObject({ resource_type: 'LBHttpMonitorProfile', request_url: '/' });
    expect(intent.read('/infra/lb-monitor-profiles/default-icmp-lb-monitor')).toMatchObject({ resource_type: 'LBIcmpMonitorProfile', data_length: 56 });
    for (const side of ['client', 'server']) {
      const profile = intent.read(`/infra/lb-${side}-ssl-profiles/default-balanced-${side}-ssl-profile`);
      expect(profile.ciphers.length).toBeGreaterThan(0);
      expect(profile).toMatchObject({ is_secure: false, is_fips: true });
    }
  });
});
