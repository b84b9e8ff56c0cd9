import { Resource } from '../resource.js';
import { SecurityProfileBindingMap } from './profile-binding-maps.js';
import { Segment } from './segment.resource.js';

@Resource({
  doc: 'Binds a segment to the profiles that protect it from its workloads.',
  feature: 'networking',
  at: [{ parent: Segment, collection: 'segment-security-profile-binding-maps' }],
})
export class SegmentSecurityProfileBindingMap extends SecurityProfileBindingMap {}
