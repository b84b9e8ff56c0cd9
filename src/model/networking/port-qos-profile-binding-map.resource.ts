import { Resource } from '../resource.js';
import { QosProfileBindingMap } from './profile-binding-maps.js';
import { SegmentPort } from './segment-port.resource.js';

@Resource({
  doc: 'Binds a port to the profile that limits and marks its traffic, instead of that of its segment.',
  unrealized: { reason: 'Traffic is neither limited nor marked. Limit it in the workload, or on the physical network.' },
  feature: 'networking',
  type: 'PortQoSProfileBindingMap',
  at: [{ parent: SegmentPort, collection: 'port-qos-profile-binding-maps' }],
})
export class PortQosProfileBindingMap extends QosProfileBindingMap {}
