import { Field, Variant } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Site } from './site.resource.js';

abstract class EnforcementPointConnectionInfo {
  @Field('string', 'Kind of the enforcement point.', { required: true })
  resource_type!: string;

  @Field('string', 'Address or name of the enforcement point.', { required: true })
  enforcement_point_address!: string;

  @Field('string', 'User to log in as.')
  username?: string;

  @Field('string', 'Password of that user.', { secret: true })
  password?: string;

  @Field('string', 'SHA-256 fingerprint that the certificate of the enforcement point must have.')
  thumbprint?: string;
}

@Variant('NSXTConnectionInfo')
class NSXTConnectionInfo extends EnforcementPointConnectionInfo {
  @Field('string', 'Edge cluster of gateways that name none.', { array: true, maxItems: 1, deprecated: true })
  edge_cluster_ids?: string[];

  @Field('string', 'Transport zone of segments that name none.', { array: true, maxItems: 1, deprecated: true })
  transport_zone_ids?: string[];
}

@Variant('NSXVConnectionInfo')
class NSXVConnectionInfo extends EnforcementPointConnectionInfo {
  @Field('string', 'SHA-256 fingerprint that the certificate of the enforcement point must have.', { required: true })
  declare thumbprint: string;
}

@Variant('CvxConnectionInfo')
class CvxConnectionInfo extends EnforcementPointConnectionInfo {}

@Variant('AviConnectionInfo')
class AviConnectionInfo extends EnforcementPointConnectionInfo {
  @Field('string', 'Cloud of the load balancer controller.', { required: true, deprecated: true })
  cloud!: string;

  @Field('string', 'Tenant of the load balancer controller.', { required: true })
  tenant!: string;

  @Field('string', 'Release of the load balancer controller.', { required: true, deprecated: true })
  version!: string;

  @Field('string', 'Certificate of the load balancer controller, in PEM form.')
  certificate?: string;

  @Field('boolean', 'Whether that certificate is the one the controller was installed with.')
  is_default_cert?: boolean;

  @Field('string', 'Who looks after the controller.')
  managed_by?: string;

  @Field('string', 'When the credentials stop being valid.')
  expires_at?: string;

  @Field('string', 'Whether load balancing is handed to the controller.', {
    enum: ['ACTIVATE', 'DEACTIVATE_PROVIDER', 'DEACTIVATE_API'],
    default: 'DEACTIVATE_API',
  })
  status?: string;
}

@Resource({
  doc: 'Where intent becomes real within a site; `default` stands for the transport nodes that report to this manager.',
  feature: 'fabric',
  at: [{ parent: Site, collection: 'enforcement-points' }],
})
export class EnforcementPoint extends PolicyConfigResource {
  @Field('boolean', 'Whether intent is realized without being asked.', { default: true })
  auto_enforce?: boolean;

  @Field({ oneOf: () => [NSXTConnectionInfo, NSXVConnectionInfo, CvxConnectionInfo, AviConnectionInfo] }, 'How the enforcement point is reached.', {
    required: true,
  })
  connection_info!: EnforcementPointConnectionInfo;

  @Field('string', 'Release that the enforcement point runs.', { readOnly: true })
  version?: string;
}
