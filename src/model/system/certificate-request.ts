import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';

class KeyValue {
  @Field('string', 'Which part of the name it is.', { required: true, enum: ['CN', 'O', 'OU', 'L', 'ST', 'C', 'DC', 'E', 'SN', 'G', 'T'] })
  key!: string;

  @Field('string', 'Value of the part.', { required: true, minLength: 1, maxLength: 255 })
  value!: string;
}

class Principal {
  @Field(() => KeyValue, 'Parts of the name, in their order.', { array: true, required: true, minItems: 1, maxItems: 20 })
  attributes!: KeyValue[];
}

class SubjectAltNames {
  @Field('string', 'Host names.', { array: true, format: 'hostname' })
  dns_names?: string[];

  @Field('string', 'Addresses.', { array: true, format: 'ip' })
  ip_addresses?: string[];
}

class CsrExtensions {
  @Field(() => SubjectAltNames, 'Further names.')
  subject_alt_names?: SubjectAltNames;
}

/** What a client says of a certificate that is to be made with a key of its own, and signed with that key. */
export class TlsCsrWithDaysValid extends PolicyConfigResource {
  @Field(() => Principal, 'Whom the certificate names.', { required: true })
  subject!: Principal;

  @Field(() => CsrExtensions, 'Further names.')
  extensions?: CsrExtensions;

  @Field('string', 'Algorithm of the key.', { enum: ['RSA', 'EC'], default: 'RSA' })
  algorithm!: 'RSA' | 'EC';

  @Field('integer', 'Length of the key, in bits: 2048, 3072 or 4096 for RSA (2048 where left out), 256, 384 or 521 for EC (256 where left out).', {
    enum: [256, 384, 521, 2048, 3072, 4096],
  })
  key_size?: number;

  @Field('boolean', 'Whether the certificate may vouch for others.', { default: false })
  is_ca!: boolean;

  @Field('integer', 'How long the certificate is valid, in days.', { min: 1, max: 10_000, default: 825 })
  days_valid!: number;

  @Field('string', 'The request as PEM.', { readOnly: true })
  pem_encoded?: string;
}
