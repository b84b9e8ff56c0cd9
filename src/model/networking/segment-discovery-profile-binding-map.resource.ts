import { Resource } from '../resource.js';
import { DiscoveryProfileBindingMap } from './profile-binding-maps.js';
import { Segment } from './segment.resource.js';

@Resource({
  doc: 'Binds a segment to the profiles by which addresses are learned on it.',
  feature: 'networking',
  at: [{ parent: Segment, collection: 'segment-discovery-profile-binding-maps' }],
})
export class SegmentDiscoveryProfileBindingMap extends DiscoveryProfileBindingMap {}
