import { describe, expect, it } from 'vitest';
import { registry } from '../../src/model/types.js';

describe('where security policy lives', () => {
  it.each([
    ['/infra/domains/default/groups/web', 'Group'],
    ['/infra/services/HTTPS', 'Service'],
    ['/infra/context-profiles/AMQP', 'PolicyContextProfile'],
    ['/infra/firewall-schedulers/nights', 'PolicyFirewallScheduler'],
    ['/infra/domains/default/security-policies/app', 'SecurityPolicy'],
    ['/infra/domains/default/security-policies/app/rules/web-to-db', 'Rule'],
    ['/infra/domains/default/gateway-policies/edge', 'GatewayPolicy'],
    ['/infra/domains/default/gateway-policies/edge/rules/in', 'Rule'],
  ])('%s is a %s', (path, type) => {
    expect(registry.locate(path)?.place.definition.name).toBe(type);
  });
});
