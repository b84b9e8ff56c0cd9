import type { RealizedTransition } from '../realization/contract.js';
import type { InventoryChange } from './inventory-book.js';

/** A certificate as the store remembers it. */
export interface CertificateRecord {
  readonly nodeId: string;
  readonly serial: string;
  /** Hexadecimal SHA-256 of the certificate. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly notAfter: number;
}

/** A node as it was last heard. */
export interface NodeSighting {
  readonly nodeId: string;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly softwareVersion: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly tunnelAddresses: readonly string[];
}

/** What the realization thread asks the writer to keep. Each promise resolves once it is durable. */
export interface FabricRecords {
  realized(transitions: readonly RealizedTransition[]): Promise<void>;
  inventory(changes: readonly InventoryChange[]): Promise<void>;
  seen(sightings: readonly NodeSighting[]): Promise<void>;
  issued(certificate: CertificateRecord): Promise<void>;
  /** Every certificate of a node that was deleted. */
  revoked(nodeId: string, at: number): Promise<void>;
}
