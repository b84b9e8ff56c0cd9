import { Field } from '../model/field.js';
import { RolesAtPath } from './bindings.js';
import { ManagedResource } from './managed.js';

/** Principal identities and their certificates as clients write and read them. */

const NAME = '^[a-zA-Z0-9]+(?:[-._][a-zA-Z0-9]+)*$';

export class PrincipalIdentity extends ManagedResource {
  @Field('string', 'Name of the principal, under which its changes are recorded.', { required: true, pattern: NAME, maxLength: 255 })
  name!: string;

  @Field('string', 'Tells several identities of one name apart.', { required: true, pattern: NAME, maxLength: 255 })
  node_id!: string;

  @Field('string', 'Certificate that it logs in with.')
  certificate_id?: string;

  @Field('boolean', 'Whether what it creates is protected from others.', { default: true })
  is_protected?: boolean;

  @Field('string', 'Role for everything; roles_for_paths says more.', { deprecated: true })
  role?: string;

  @Field(() => RolesAtPath, 'Roles by place.', { array: true })
  roles_for_paths?: RolesAtPath[];
}

export class PrincipalIdentityWithCertificate extends PrincipalIdentity {
  @Field('string', 'Certificate that it logs in with, in PEM form.', { required: true, maxLength: 65_536 })
  certificate_pem!: string;
}

export class CertificateOfPrincipal extends ManagedResource {
  @Field('string', 'Principal identity whose certificate is replaced.', { required: true })
  principal_identity_id!: string;

  @Field('string', 'The new certificate.', { required: true })
  certificate_id!: string;
}

export class CertificateImport extends ManagedResource {
  @Field('string', 'Certificate in PEM form.', { required: true, maxLength: 65_536 })
  pem_encoded!: string;
}

class CertificateUse {
  @Field('string', 'What tells the principal identity apart from others of its name.', { required: true })
  node_id!: string;

  @Field('string', 'What the certificate is used for.', { required: true, array: true })
  service_types!: string[];
}

export class Certificate extends ManagedResource {
  @Field('string', 'Certificate in PEM form.', { required: true })
  pem_encoded!: string;

  @Field('boolean', 'Whether the manager holds the private key: it never does.', { required: true })
  has_private_key!: boolean;

  @Field(() => CertificateUse, 'Principal identity that logs in with it; empty where none does.', { required: true, array: true })
  used_by!: CertificateUse[];
}
