import type { DeadMember, RealizedTransition, Workload, WorkloadInterface } from '../realization/contract.js';
import type { StoreReader } from '../store/reader.js';
import type { SecretBox } from '../store/secret-box.js';
import type { UnitOfWork } from '../store/unit-of-work.js';
import type { EnrolmentStore } from './enrolment/enrolment.service.js';
import type { NodeInventory } from './inventory-book.js';
import type { HostStart } from './realization-host.js';
import type { FabricRecords } from './records.js';

/** What realization starts from, as the store holds it. To be called in one snapshot. */
export function startState(reader: StoreReader): HostStart {
  return {
    sequence: reader.sequence(),
    objects: [...reader.objects()],
    claims: [...reader.allClaims()].map(({ space, owner, low, high }) => ({ space, owner, low, high, gone: false })),
    secrets: reader.secretVersions(),
    inventories: reader.fabric.nodes().map(({ nodeId, path, tunnelAddresses }) => inventoryOf(reader, nodeId, path, tunnelAddresses)),
    realized: reader.fabric.realizedStates() as readonly RealizedTransition[],
    revokedSerials: reader.fabric.revokedSerials(Date.now()),
  };
}

function inventoryOf(reader: StoreReader, nodeId: string, path: string, tunnelAddresses: readonly string[]): NodeInventory {
  const machines = new Map<string, Workload>();
  const interfaces = new Map<string, WorkloadInterface>();
  const deadMembers = new Map<string, DeadMember>();
  for (const { type, externalId, body } of reader.fabric.inventoryOf(nodeId)) {
    if (type === 'VirtualMachine') machines.set(externalId, body as Workload);
    else if (type === 'DeadMember') deadMembers.set(externalId, body as DeadMember);
    else interfaces.set(externalId, body as WorkloadInterface);
  }
  return { identity: { nodeId, path }, machines, interfaces, deadMembers, tunnelAddresses };
}

/** What realization keeps, as jobs of the writer. */
export function storedRecords(writer: UnitOfWork, now: () => number = Date.now): FabricRecords {
  return {
    realized: async (transitions) => void (await writer.submit('realized', { transitions, at: now() })),
    inventory: async (changes) => void (await writer.submit('inventory', { changes, at: now() })),
    seen: async (sightings) => void (await writer.submit('node.seen', sightings)),
    issued: async (certificate) => void (await writer.submit('certificate.issued', certificate)),
    revoked: async (nodeId, at) => void (await writer.submit('certificate.revoke', { nodeId, at })),
  };
}

/** Secrets as the store holds them, opened when a node needs one. */
export function storedSecrets(reader: StoreReader, box: SecretBox): (path: string, field: string) => string | undefined {
  return (path, field) => {
    const row = reader.sealedSecret(path, field);
    return row && box.open(path, field, row.keyId, row.sealed);
  };
}

/** What enrolment keeps and reads, as jobs of the writer and reads of the store. */
export function storedEnrolment(writer: UnitOfWork, reader: StoreReader): EnrolmentStore {
  return {
    tokens: () => reader.fabric.enrolmentTokens(),
    mint: async (token, context) => void (await writer.submit('enrolment.mint', { ...token, audit: { context, status: 201 } })),
    consume: (tokenHash, at) => writer.submit('enrolment.consume', { tokenHash, at }),
    issued: async (certificate) => void (await writer.submit('certificate.issued', certificate)),
    revoke: async (nodeId, at) => void (await writer.submit('certificate.revoke', { nodeId, at })),
    audit: async (context, status) => void (await writer.submit('audit', { context, status })),
  };
}
