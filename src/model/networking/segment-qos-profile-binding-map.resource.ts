import { Resource } from '../resource.js';
import { QosProfileBindingMap } from './profile-binding-maps.js';
import { Segment } from './segment.resource.js';

@Resource({
  doc: 'Binds a segment to the profile that limits and marks its traffic.',
  unrealized: { reason: 'Traffic is neither limited nor marked. Limit it in the workload, or on the physical network.' },
  feature: 'networking',
  type: 'SegmentQoSProfileBindingMap',
  at: [{ parent: Segment, collection: 'segment-qos-profile-binding-maps' }],
})
export class SegmentQosProfileBindingMap extends QosProfileBindingMap {}
