import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { PolicyBaseHostSwitchProfile } from './host-switch-profile.resource.js';

@Resource({ doc: 'What becomes of traffic when one of several tunnel endpoints of a node fails.' })
export class PolicyVtepHAHostSwitchProfile extends PolicyBaseHostSwitchProfile {
  @Field('boolean', 'Whether traffic moves to another endpoint.')
  enabled?: boolean;

  @Field('integer', 'How long a failure is watched before traffic moves, in seconds.', { min: 0 })
  failover_timeout?: number;

  @Field('boolean', 'Whether traffic moves back once the endpoint works again.')
  auto_recovery?: boolean;

  @Field('integer', 'How long the endpoint must work before that, in seconds.', { min: 0 })
  auto_recovery_initial_wait?: number;

  @Field('integer', 'Longest time that the wait grows to when it fails again and again, in seconds.', { min: 0 })
  auto_recovery_max_backoff?: number;
}
