import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import { PolicyError } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { readOneCrl } from './one-crl.js';
import { describeRevocations } from './x509.js';

const READ_ONLY = { readOnly: true } as const;

class X509CrlEntry {
  @Field('string', 'Serial number of a certificate that was revoked, in hexadecimal.', READ_ONLY)
  serial_number?: string;

  @Field('string', 'When it was revoked.', READ_ONLY)
  revocation_date?: string;
}

class X509Crl {
  @Field('string', 'Who issued the list.', READ_ONLY)
  issuer?: string;

  @Field('string', "Version of the list's format.", READ_ONLY)
  version?: string;

  @Field('string', 'When the next list is due.', READ_ONLY)
  next_update?: string;

  @Field(() => X509CrlEntry, 'Certificates that were revoked.', { ...READ_ONLY, array: true })
  crl_entries?: X509CrlEntry[];
}

class IssuerSerialNumber {
  @Field('string', 'Issuer, in Base64 of its encoded name.')
  issuer?: string;

  @Field('string', 'Serial numbers, in Base64.', { array: true })
  serial_numbers?: string[];
}

class SubjectPublicKeyHash {
  @Field('string', 'Subject, in Base64 of its encoded name.')
  subject?: string;

  @Field('string', 'SHA-256 of public keys, in Base64.', { array: true })
  public_key_sha256_hashes?: string[];
}

@Resource<TlsCrl>({
  doc: 'Certificates that their issuer takes back.',
  feature: 'system',
  at: [{ parent: Infra, collection: 'crls' }],
  hooks: { complete },
})
export class TlsCrl extends PolicyConfigResource {
  @Field('string', 'Form of the list; X509 where left out.', { enum: ['OneCRL', 'X509'] })
  crl_type?: string;

  @Field('string', 'List of the form X509, as PEM.')
  pem_encoded?: string;

  @Field('string', 'List of the form OneCRL, as JSON text.')
  one_crl?: string;

  @Field(() => X509Crl, 'What a list of the form X509 says.', READ_ONLY)
  details?: X509Crl;

  @Field(() => IssuerSerialNumber, 'Certificates of a OneCRL by issuer and serial number.', { ...READ_ONLY, array: true })
  details_revoked_by_issuer_and_serial_number?: IssuerSerialNumber[];

  @Field(() => SubjectPublicKeyHash, 'Certificates of a OneCRL by subject and key.', { ...READ_ONLY, array: true })
  details_revoked_by_subject_and_public_key_hash?: SubjectPublicKeyHash[];
}

function complete(draft: TlsCrl & PolicyObject): void {
  const field = draft.crl_type === 'OneCRL' ? 'one_crl' : 'pem_encoded';
  try {
    if (field === 'one_crl') Object.assign(draft, readOneCrl(draft.one_crl ?? ''));
    else draft.details = structuredClone(describeRevocations(draft.pem_encoded ?? '')) as X509Crl;
  } catch {
    const form = field === 'one_crl' ? 'a OneCRL as JSON text' : 'a revocation list as PEM, from BEGIN X509 CRL to END X509 CRL';
    throw new PolicyError({ status: 400, code: CODES.field, path: draft.path, field, message: `Field ${field} must be ${form}.` });
  }
}
