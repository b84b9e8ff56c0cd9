import { Resource } from '../resource.js';
import { SecurityProfileBindingMap } from './profile-binding-maps.js';
import { SegmentPort } from './segment-port.resource.js';

@Resource({
  doc: 'Binds a port to the profiles that protect the segment from it, instead of those of its segment.',
  feature: 'networking',
  at: [{ parent: SegmentPort, collection: 'port-security-profile-binding-maps' }],
})
export class PortSecurityProfileBindingMap extends SecurityProfileBindingMap {}
