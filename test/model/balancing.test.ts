import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_BALANCING } from '../../src/model/defaults/balancing.js';
import { DEFAULT_NETWORKING } from '../../src/model/defaults/networking.js';
import { MemoryIntent } from './memory-intent.js';

describe('load balancing', () => {
  let intent: MemoryIntent;
  const TCP = '/infra/lb-app-profiles/default-tcp-lb-app-profile';
  const UDP = '/infra/lb-app-profiles/default-udp-lb-app-profile';
  const server = (id: string, more: Record<string, unknown> = {}) =>
    intent.patch(`/infra/lb-virtual-servers/${id}`, { ip_address: '192.0.2.1', ports: ['80'], application_profile_path: TCP, ...more });

  beforeEach(() => {
    intent = new MemoryIntent();
    intent.seed([...DEFAULT_NETWORKING, ...DEFAULT_BALANCING]);
    intent.patch('/infra/tier-1s/gw', {});
    intent.patch('/infra/lb-services/lb', { connectivity_path: '/infra/tier-1s/gw' });
  });

  it('gives a pool, its members and a virtual server the defaults that clients read', () => {
    expect(intent.patch('/infra/lb-pools/p', { members: [{ ip_address: '10.0.0.1', port: '8080' }] })).toMatchObject({
      algorithm: 'ROUND_ROBIN',
      min_active_members: 1,
      tcp_multiplexing_enabled: false,
      tcp_multiplexing_number: 6,
      members: [{ ip_address: '10.0.0.1', port: '8080', admin_state: 'ENABLED', backup_member: false, weight: 1 }],
    });
    expect(server('v', { pool_path: '/infra/lb-pools/p' })).toMatchObject({ enabled: true, access_log_enabled: false, log_significant_event_only: false });
  });

  it('keeps rules with conditions and actions of different kinds, and fills in how texts are compared', () => {
    const rules = [
      {
        match_conditions: [
          { type: 'LBHttpRequestHeaderCondition', header_value: 'example.org' },
          { type: 'LBIpHeaderCondition', source_address: '10.0.0.0/8', inverse: true },
        ],
        actions: [{ type: 'LBHttpRedirectAction', redirect_status: '301', redirect_url: 'https://example.org' }, { type: 'LBConnectionDropAction' }],
      },
    ];
    expect(server('v', { rules }).rules).toEqual([
      {
        phase: 'HTTP_FORWARDING',
        match_strategy: 'ANY',
        match_conditions: [
          { type: 'LBHttpRequestHeaderCondition', header_value: 'example.org', header_name: 'Host', match_type: 'REGEX', case_sensitive: true, inverse: false },
          { type: 'LBIpHeaderCondition', source_address: '10.0.0.0/8', inverse: true },
        ],
        actions: [{ type: 'LBHttpRedirectAction', redirect_status: '301', redirect_url: 'https://example.org' }, { type: 'LBConnectionDropAction' }],
      },
    ]);
  });

  it('says how strong a TLS profile is', () => {
    const profile = (ciphers: string[], protocols: string[]) =>
      intent.patch('/infra/lb-client-ssl-profiles/p', { cipher_group_label: 'CUSTOM', ciphers, protocols });
    expect(profile(['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], ['TLS_V1_2'])).toMatchObject({ is_secure: true, is_fips: true });
    expect(profile(['TLS_RSA_WITH_3DES_EDE_CBC_SHA'], ['TLS_V1_2'])).toMatchObject({ is_secure: false, is_fips: false });
    expect(profile(['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], ['SSL_V3'])).toMatchObject({ is_secure: false, is_fips: false });
  });

  it('refuses members and a group in one pool, and a member twice', () => {
    const member = { ip_address: '10.0.0.1', port: '80' };
    intent.seed([{ path: '/infra/domains/default', body: {} }]);
    intent.patch('/infra/domains/default/groups/web', {});
    const group = { group_path: '/infra/domains/default/groups/web' };
    expect(intent.refusal(() => intent.patch('/infra/lb-pools/p', { members: [member], member_group: group }))).toMatchObject({ field: 'member_group' });
    expect(intent.refusal(() => intent.patch('/infra/lb-pools/p', { members: [member, member] }))).toMatchObject({ field: 'members[1]' });
  });

  it('lets a gateway run one load balancer', () => {
    expect(intent.refusal(() => intent.patch('/infra/lb-services/second', { connectivity_path: '/infra/tier-1s/gw' }))).toMatchObject({
      field: 'connectivity_path',
    });
  });

  it('lets one virtual server listen at an address and port of a load balancer, for each of TCP and UDP', () => {
    const here = { lb_service_path: '/infra/lb-services/lb' };
    server('a', { ...here, ports: ['80', '8000-8080'] });
    expect(intent.refusal(() => server('b', { ...here, ports: ['8080'] }))).toMatchObject({ status: 400, field: 'ports' });
    expect(server('b', { ...here, ports: ['8080'], ip_address: '192.0.2.2' })._revision).toBe(0);
    expect(server('c', { ...here, ports: ['8080'], application_profile_path: UDP })._revision).toBe(0);
    expect(server('d', { ports: ['8080'] })._revision).toBe(0);
  });

  it('keeps a profile that a virtual server uses', () => {
    intent.patch('/infra/lb-app-profiles/mine', { resource_type: 'LBFastTcpProfile' });
    server('a', { application_profile_path: '/infra/lb-app-profiles/mine' });
    expect(intent.refusal(() => intent.remove('/infra/lb-app-profiles/mine'))).toMatchObject({ code: 500030 });
    expect(intent.refusal(() => server('a', { pool_path: TCP }))).toMatchObject({ status: 400, field: 'pool_path' });
  });
});
