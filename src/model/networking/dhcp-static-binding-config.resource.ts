import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Segment } from './segment.resource.js';

@Resource({
  doc: 'A workload that DHCP always gives the same address.',
  feature: 'networking',
  abstract: true,
  at: [{ parent: Segment, collection: 'dhcp-static-binding-configs' }],
})
export abstract class DhcpStaticBindingConfig extends PolicyConfigResource {}
