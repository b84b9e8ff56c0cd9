import type { IntentReads } from '../intent.js';
import type { NodeFacts } from '../inventory.js';
import type { Place } from '../placement.js';
import type { SecretReference } from '../resources.pb.js';
import type { Advertised } from './advertised.js';
import type { PolicyFacts } from './firewall.js';
import type { GatewayFacts } from './gateway-facts.js';
import type { SegmentFacts } from './segment-facts.js';

/**
 * Everything that a unit may read. In the graph a read is remembered, so that the unit is computed again when the answer
 * changes; in the full computation the same questions are answered from plain maps.
 */
export interface Reads {
  readonly intent: IntentReads;
  /** What a node said about itself. */
  node(id: string): NodeFacts | undefined;
  /** The node that was enrolled as a HostTransportNode or PolicyEdgeNode. */
  nodeAt(fabricPath: string): NodeFacts | undefined;
  /** Where a segment port's interface is reported. */
  place(port: string): Place | undefined;
  /** The segment port that an attachment id belongs to. */
  portAt(attachmentId: string): string | undefined;
  /** What ports and gateways need to know of a segment; undefined where it cannot exist. */
  segment(path: string): SegmentFacts | undefined;
  /** What the parts of a network need to know of a gateway; undefined where it cannot exist. */
  gateway(path: string): GatewayFacts | undefined;
  /** Networks that a tier-1 makes known to its tier-0. */
  advertised(tier1: string): readonly Advertised[];
  /** Addresses and blocks of a group as they are now, sorted. */
  groupAddresses(group: string): readonly string[];
  /** Members of a balancer on every host that their nodes found dead, as `memberKey` names them. */
  deadMembers(balancer: string): ReadonlySet<string>;
  /** Names a secret field that has a value; undefined where it has none. */
  secret(path: string, field: string): SecretReference | undefined;
  /** What rules need to know of their policy. */
  policy(path: string): PolicyFacts | undefined;
}
