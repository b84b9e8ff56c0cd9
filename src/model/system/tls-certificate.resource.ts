import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { WriteView } from '../hooks.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import { PolicyError } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { describeCertificate, holdsPrivateKey, readCertificates, readPrivateKey } from './x509.js';

const READ_ONLY = { readOnly: true } as const;

class X509Certificate {
  @Field('string', 'Whom the certificate names.', READ_ONLY)
  subject?: string;

  @Field('string', 'Common name of whom the certificate names.', READ_ONLY)
  subject_cn?: string;

  @Field('string', 'Who issued the certificate.', READ_ONLY)
  issuer?: string;

  @Field('string', 'Common name of the issuer.', READ_ONLY)
  issuer_cn?: string;

  @Field('string', 'Serial number, in hexadecimal.', READ_ONLY)
  serial_number?: string;

  @Field('string', 'Version of X.509.', READ_ONLY)
  version?: string;

  @Field('integer', 'Begin of validity, in milliseconds since 1970.', READ_ONLY)
  not_before?: number;

  @Field('integer', 'End of validity, in milliseconds since 1970.', READ_ONLY)
  not_after?: number;

  @Field('boolean', 'Whether the certificate was within its validity when it was last looked at.', READ_ONLY)
  is_valid?: boolean;

  @Field('boolean', 'Whether the certificate may vouch for others.', READ_ONLY)
  is_ca?: boolean;

  @Field('string', 'Algorithm of the public key.', READ_ONLY)
  public_key_algo?: string;

  @Field('integer', 'Length of the public key, in bits.', READ_ONLY)
  public_key_length?: number;

  @Field('string', 'Modulus of an RSA key, in hexadecimal.', READ_ONLY)
  rsa_public_key_modulus?: string;

  @Field('string', 'Exponent of an RSA key.', READ_ONLY)
  rsa_public_key_exponent?: string;

  @Field('string', 'Parameter G of a DSA key.', READ_ONLY)
  dsa_public_key_g?: string;

  @Field('string', 'Parameter P of a DSA key.', READ_ONLY)
  dsa_public_key_p?: string;

  @Field('string', 'Parameter Q of a DSA key.', READ_ONLY)
  dsa_public_key_q?: string;

  @Field('string', 'Value Y of a DSA key.', READ_ONLY)
  dsa_public_key_y?: string;

  @Field('string', 'Curve of an elliptic key.', READ_ONLY)
  ecdsa_curve_name?: string;

  @Field('string', 'Kind of field that the curve is over.', { ...READ_ONLY, enum: ['F2M', 'FP'] })
  ecdsa_ec_field?: string;

  @Field('integer', 'Middle exponents of a binary field.', { ...READ_ONLY, array: true })
  ecdsa_ec_field_f2mks?: number[];

  @Field('integer', 'Exponent of a binary field.', READ_ONLY)
  ecdsa_ec_field_f2mm?: number;

  @Field('string', 'Reduction polynomial of a binary field.', READ_ONLY)
  ecdsa_ec_field_f2mrp?: string;

  @Field('string', 'Prime of a prime field.', READ_ONLY)
  ecdsa_ec_field_f2pp?: string;

  @Field('string', 'Point that is the public key.', READ_ONLY)
  ecdsa_pub?: string;

  @Field('string', 'Coefficient A of the curve.', READ_ONLY)
  ecdsa_public_key_a?: string;

  @Field('string', 'Coefficient B of the curve.', READ_ONLY)
  ecdsa_public_key_b?: string;

  @Field('integer', 'Cofactor of the curve.', READ_ONLY)
  ecdsa_public_key_cofactor?: number;

  @Field('string', 'First coordinate of the generator.', READ_ONLY)
  ecdsa_public_key_generator_x?: string;

  @Field('string', 'Second coordinate of the generator.', READ_ONLY)
  ecdsa_public_key_generator_y?: string;

  @Field('string', 'Order of the generator.', READ_ONLY)
  ecdsa_public_key_order?: string;

  @Field('string', 'Seed that the curve was made from.', { ...READ_ONLY, array: true })
  ecdsa_public_key_seed?: string[];

  @Field('string', 'Algorithm of the signature.', READ_ONLY)
  signature_algorithm?: string;

  @Field('string', 'Signature, in hexadecimal.', READ_ONLY)
  signature?: string;

  @Field('string', 'SHA-256 of the certificate, in hexadecimal.', READ_ONLY)
  sha_256_thumbprint?: string;

  @Field('string', 'This one certificate as PEM.', READ_ONLY)
  parsed_pem_encoding?: string;
}

@Resource<TlsCertificate>({
  doc: 'A certificate with its chain, and its private key where it is to serve. The key is never answered.',
  feature: 'system',
  at: [{ parent: Infra, collection: 'certificates' }],
  writtenAs: ['TlsTrustData'],
  child: { type: 'ChildTlsTrustData', field: 'TlsTrustData' },
  hooks: { complete },
})
export class TlsCertificate extends PolicyConfigResource {
  @Field('string', 'The certificate as PEM, followed by those that vouch for it.', { required: true })
  pem_encoded!: string;

  @Field('string', 'Private key as PEM.', { secret: true })
  private_key?: string;

  @Field('string', 'Password that opens the private key.', { secret: true })
  passphrase?: string;

  @Field('string', 'Algorithm of the private key.')
  key_algo?: string;

  @Field('string', 'What the certificate is used for beside serving.', { enum: ['signing-ca'] })
  purpose?: string;

  @Field('boolean', 'Whether the private key is here.', READ_ONLY)
  has_private_key!: boolean;

  @Field('string', 'Who vouches for the certificate: an authority, another certificate, or itself.', {
    ...READ_ONLY,
    enum: ['CERTIFICATE_CA', 'CERTIFICATE_SIGNED', 'CERTIFICATE_SELF_SIGNED'],
  })
  tls_certificate_type!: string;

  @Field('string', 'Whose certificate it is.', { ...READ_ONLY, enum: ['SERVICE_CERTIFICATE'] })
  category?: string;

  @Field(() => X509Certificate, 'What the certificates say, in the order of the PEM.', { ...READ_ONLY, array: true })
  details!: X509Certificate[];
}

/** Reads the text, so that a certificate that cannot serve is refused where it is written and not where it is used. */
function complete(draft: TlsCertificate & PolicyObject, view: WriteView, current?: TlsCertificate): void {
  const refuse = (field: string, message: string): PolicyError => new PolicyError({ status: 400, code: CODES.field, path: draft.path, field, message });
  if (holdsPrivateKey(draft.pem_encoded)) throw refuse('pem_encoded', 'Field pem_encoded holds a private key: move it to private_key, which is kept secret.');
  const chain = attempt(() => readCertificates(draft.pem_encoded));
  const [first] = chain ?? [];
  if (!chain || !first) throw refuse('pem_encoded', 'Field pem_encoded must be one or more certificates as PEM, from BEGIN CERTIFICATE to END CERTIFICATE.');

  const { given, held } = view.secret(draft.path, 'private_key');
  if (given !== undefined) {
    const key = attempt(() => readPrivateKey(given, view.secret(draft.path, 'passphrase').given));
    if (!key) throw refuse('private_key', 'Field private_key must be a private key as PEM, with its passphrase where it has one.');
    if (!first.checkPrivateKey(key)) throw refuse('private_key', 'Field private_key does not belong to the first certificate of pem_encoded.');
  } else if (held && current && !first.publicKey.equals(readCertificates(current.pem_encoded)[0]?.publicKey ?? first.publicKey)) {
    throw refuse('private_key', 'Field private_key is required with a certificate for another key: add it.');
  }
  draft.has_private_key = held;
  draft.details = chain.map(describeCertificate);
  draft.tls_certificate_type = first.ca ? 'CERTIFICATE_CA' : first.subject === first.issuer ? 'CERTIFICATE_SELF_SIGNED' : 'CERTIFICATE_SIGNED';
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
