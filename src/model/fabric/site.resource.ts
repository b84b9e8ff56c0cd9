import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class GmFederationSiteConfig {
  @Field('string', 'Block that links between the sites of a federation take their addresses from.', { format: 'ip-cidr-block' })
  transit_subnet?: string;
}

class SiteNodeConnectionInfo {
  @Field('string', 'Name or address under which the manager node of the site answers.', { required: true })
  fqdn!: string;

  @Field('string', 'User that this manager logs in as.')
  username?: string;

  @Field('string', 'Password of that user.', { secret: true })
  password?: string;

  @Field('string', 'SHA-256 fingerprint that the certificate of the node must have.')
  thumbprint?: string;

  @Field('string', 'Identifier that the site gave itself.')
  site_uuid?: string;
}

@Resource({
  doc: 'A location with transport nodes of its own; `default` is the one that this manager runs.',
  feature: 'fabric',
  at: [{ parent: Infra, collection: 'sites' }],
})
export class Site extends PolicyConfigResource {
  @Field('string', 'What runs the site.', { enum: ['ONPREM_LM', 'SDDC_LM'] })
  site_type?: string;

  @Field('integer', 'Number of the site within a federation.', { readOnly: true })
  site_number?: number;

  @Field(() => SiteNodeConnectionInfo, 'How to reach the manager nodes of the site.', { array: true, maxItems: 3 })
  site_connection_info?: SiteNodeConnectionInfo[];

  @Field(() => GmFederationSiteConfig, 'What the site brings to a federation.')
  federation_config?: GmFederationSiteConfig;

  @Field('boolean', 'Whether adding the site fails when its remote tunnel endpoints do not fit together.', { default: true })
  fail_if_rtep_misconfigured?: boolean;

  @Field('boolean', 'Whether adding the site fails when the round trip to it takes longer than `maximum_rtt`.', { default: true })
  fail_if_rtt_exceeded?: boolean;

  @Field('integer', 'Longest round trip to the site that is accepted, in milliseconds.', { default: 250, min: 0, max: 1000 })
  maximum_rtt?: number;
}
