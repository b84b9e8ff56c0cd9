import { Resource } from '../resource.js';
import { DiscoveryProfileBindingMap } from './profile-binding-maps.js';
import { SegmentPort } from './segment-port.resource.js';

@Resource({
  doc: 'Binds a port to the profiles by which its addresses are learned, instead of those of its segment.',
  feature: 'networking',
  at: [{ parent: SegmentPort, collection: 'port-discovery-profile-binding-maps' }],
})
export class PortDiscoveryProfileBindingMap extends DiscoveryProfileBindingMap {}
