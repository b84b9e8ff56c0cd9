import { Field } from '../field.js';
import { LocaleServices } from '../networking/locale-services.resource.js';
import { Tier0 } from '../networking/tier0.resource.js';
import { Tier1 } from '../networking/tier1.resource.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Group } from './group.resource.js';

@Resource({
  doc: 'Puts limits against floods on a gateway.',
  unrealized: { reason: 'Connections are not counted against limits. Use the limits of virtual servers, or protect the network outside.' },
  feature: 'security',
  at: [
    { parent: Tier0, collection: 'flood-protection-profile-bindings' },
    { parent: Tier1, collection: 'flood-protection-profile-bindings' },
    { parent: LocaleServices, collection: 'flood-protection-profile-bindings' },
  ],
})
export class FloodProtectionProfileBindingMap extends PolicyConfigResource {
  @Field('string', 'Profile with the limits.', { required: true, refs: { to: ['GatewayFloodProtectionProfile'] } })
  profile_path!: string;
}

@Resource({
  doc: 'Puts limits against floods on the members of a group.',
  unrealized: { reason: 'Connections are not counted against limits. Use the limits of virtual servers, or protect the network outside.' },
  feature: 'security',
  at: [{ parent: Group, collection: 'firewall-flood-protection-profile-binding-maps' }],
})
export class PolicyFirewallFloodProtectionProfileBindingMap extends PolicyConfigResource {
  @Field('string', 'Profile with the limits.', { required: true, refs: { to: ['DistributedFloodProtectionProfile'] } })
  profile_path!: string;

  @Field('integer', 'Which binding counts where several hold for a member: the lowest.', { required: true })
  sequence_number!: number;
}

@Resource({
  doc: 'Puts session timers on a gateway.',
  unrealized: { reason: 'The firewall forgets quiet connections after times of its own; the timers are kept only.' },
  feature: 'security',
  at: [
    { parent: Tier0, collection: 'session-timer-profile-bindings' },
    { parent: Tier1, collection: 'session-timer-profile-bindings' },
    { parent: LocaleServices, collection: 'session-timer-profile-bindings' },
  ],
})
export class SessionTimerProfileBindingMap extends PolicyConfigResource {
  @Field('string', 'Profile with the timers.', { required: true, refs: { to: ['PolicyFirewallSessionTimerProfile'] } })
  profile_path!: string;
}

@Resource({
  doc: 'Puts session timers on the members of a group.',
  unrealized: { reason: 'The firewall forgets quiet connections after times of its own; the timers are kept only.' },
  feature: 'security',
  at: [{ parent: Group, collection: 'firewall-session-timer-profile-binding-maps' }],
})
export class PolicyFirewallSessionTimerProfileBindingMap extends PolicyConfigResource {
  @Field('string', 'Profile with the timers.', { required: true, refs: { to: ['PolicyFirewallSessionTimerProfile'] } })
  firewall_session_timer_profile_path!: string;

  @Field('integer', 'Which binding counts where several hold for a member: the lowest.')
  sequence_number?: number;
}
