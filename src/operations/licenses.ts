import type { AuditEntry } from '../audit/audit-sink.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';

/** What licences need of the store. */
export interface LicenseStore {
  /** Keys that were entered. */
  keys(): readonly string[];
  add(key: string, audit: AuditEntry): Promise<void>;
  remove(key: string, audit: AuditEntry): Promise<void>;
}

const KEY = /^[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}$/;

/** Names by which clients ask whether they may use something, and whether Heddle has it. */
const FEATURES: Readonly<Record<string, boolean>> = {
  CONTAINER: true,
  CONTAINER_NETWORKING: true,
  DFW: true,
  VPC_NETWORKING: false,
  VPC_SECURITY: false,
};

/**
 * Licences as clients of NSX-T enter and ask for them. Heddle needs none: keys are kept and shown, and what is licensed is what
 * exists.
 */
export class Licenses {
  constructor(private readonly store: LicenseStore) {}

  list(): readonly object[] {
    return this.store.keys().map((key) => licenseOf(key));
  }

  get(key: string): object {
    if (!this.store.keys().includes(key))
      throw new PolicyError({ status: 404, code: CODES.notFound, message: 'That licence key was not entered: list the licences to see which were.' });
    return licenseOf(key);
  }

  async add(key: string | undefined, audit: AuditEntry): Promise<object> {
    if (key === undefined || !KEY.test(key)) {
      throw new PolicyError({
        status: 400,
        code: CODES.field,
        field: 'license_key',
        message: 'Field license_key must be five groups of five capital letters and digits, joined by hyphens.',
      });
    }
    await this.store.add(key, audit);
    return licenseOf(key);
  }

  async remove(key: string, audit: AuditEntry): Promise<void> {
    this.get(key);
    await this.store.remove(key, audit);
  }

  features(): readonly object[] {
    return Object.entries(FEATURES).map(([feature, exists]) => ({ feature_name: feature, is_licensed: exists }));
  }
}

function licenseOf(key: string): object {
  return {
    license_key: key,
    description: 'Kept for clients that expect it; Heddle needs no licence.',
    product_name: 'Heddle',
    product_version: '*',
    features: Object.entries(FEATURES)
      .filter(([, exists]) => exists)
      .map(([feature]) => feature)
      .join(','),
    capacity_type: 'CORE',
    quantity: 0,
    expiry: 0,
    is_eval: false,
    is_expired: false,
    is_mh: false,
    is_editable: true,
  };
}
