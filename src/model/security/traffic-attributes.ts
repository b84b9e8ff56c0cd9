import { Field } from '../field.js';

/** Properties of traffic above its ports, which context profiles and layer-7 access profiles match. */
export const TRAFFIC_PROPERTIES = ['APP_ID', 'DOMAIN_NAME', 'URL_CATEGORY', 'URL_REPUTATION', 'CUSTOM_URL'] as const;

export class ContextProfileAttributesMetadata {
  @Field('string', 'Name of the remark.', { required: true })
  key!: string;

  @Field('string', 'The remark.', { required: true })
  value!: string;
}

export class PolicySubAttributes {
  @Field('string', 'Property of the application that is compared.', { required: true, enum: ['TLS_CIPHER_SUITE', 'TLS_VERSION', 'CIFS_SMB_VERSION'] })
  key!: string;

  @Field('string', 'Type of the values.', { required: true, enum: ['STRING'] })
  datatype!: string;

  @Field('string', 'Values of which one must be found.', { array: true, required: true, minItems: 1 })
  value!: string[];
}
