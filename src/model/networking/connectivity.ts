import { Field } from '../field.js';

/** Structures that gateways, segments and interfaces share. */

export abstract class ConnectivityAdvancedConfig {
  @Field('string', 'Whether the object takes part in forwarding: OFF keeps its intent and cuts its traffic.', { enum: ['ON', 'OFF'], default: 'ON' })
  connectivity?: string;
}

export class FederationConnectivityConfig {
  @Field('integer', 'Tunnel key of the object across the sites of a federation.', { readOnly: true })
  global_overlay_id?: number;
}

class SiteAllocationIndexForEdge {
  @Field('integer', 'Number that the edge allocates by.', { readOnly: true })
  index?: number;

  @Field('string', 'Policy path of the edge, edge cluster or site that the number was given to.', { readOnly: true })
  target_resource_path?: string;
}

export class FederationGatewayConfig extends FederationConnectivityConfig {
  @Field(() => SiteAllocationIndexForEdge, 'Numbers by which the edges of each site allocate.', { array: true, readOnly: true })
  site_allocation_indices?: SiteAllocationIndexForEdge[];

  @Field('string', 'Segment that links the parts of the gateway across sites.', { readOnly: true })
  transit_segment_id?: string;
}

export class IntersiteGatewayConfig {
  @Field('string', 'Policy path of the site that traffic enters and leaves through.', { refs: { to: ['Site'] } })
  primary_site_path?: string;

  @Field('string', 'Policy paths of the sites that take over when the primary site fails.', { array: true, refs: { to: ['Site'] } })
  fallback_sites?: string[];

  @Field('string', 'Block that links between the sites take their addresses from.', { format: 'ip-cidr-block', default: '169.254.32.0/20' })
  intersite_transit_subnet?: string;

  @Field('integer', 'When an administrator last chose the primary site, in seconds since 1970; it settles which of two choices is newer.', {
    max: 4294967295,
  })
  last_admin_active_epoch?: number;
}

export class InterfaceSubnet {
  @Field('string', 'Addresses of the interface within the subnet.', { array: true, required: true, minItems: 1, format: 'ip' })
  ip_addresses!: string[];

  @Field('integer', 'Length of the prefix that they share, in bits.', { required: true, min: 1, max: 128 })
  prefix_len!: number;
}

export class PortAddressBindingEntry {
  @Field('string', 'Address of the workload.', { format: 'address-or-block-or-range' })
  ip_address?: string;

  @Field('string', 'MAC address of the workload.', { format: 'mac-address' })
  mac_address?: string;

  @Field('integer', 'VLAN that the workload tags its traffic with.', { min: 0, max: 4094 })
  vlan_id?: number;
}

class UnboundedKeyValuePair {
  @Field('string', 'Name of the setting.', { required: true })
  key!: string;

  @Field('string', 'Value of the setting.', { required: true })
  value!: string;
}

export class SegmentExtraConfig {
  @Field(() => UnboundedKeyValuePair, 'One setting that is handed to the engine as it is.', { required: true })
  config_pair!: UnboundedKeyValuePair;
}
