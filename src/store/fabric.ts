import type { Handle, Statement } from './database.js';
import type { CertificateRecord, EnrolmentToken, InventoryJob, NodeSighting, Revocation } from './jobs.js';

/** What is known of transport nodes, in the writer: their inventory, when they were heard, their certificates, and who may become one. */
export class Fabric {
  private readonly putObject: Statement;
  private readonly removeObject: Statement;
  private readonly putNode: Statement;
  private readonly removeNode: Statement;
  private readonly putCertificate: Statement;
  private readonly revokeNode: Statement;
  private readonly revokeSerial: Statement;
  private readonly putToken: Statement;
  private readonly consumeToken: Statement;
  private readonly removeTokens: Statement;

  constructor(handle: Handle) {
    this.putObject = handle.prepare(
      `INSERT INTO fabric_object (node_id, type, id, reported_at, body) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (node_id, type, id) DO UPDATE SET reported_at = excluded.reported_at, body = excluded.body`,
    );
    this.removeObject = handle.prepare('DELETE FROM fabric_object WHERE node_id = ? AND type = ? AND id = ?');
    this.putNode = handle.prepare(
      `INSERT INTO transport_node (node_id, path, last_seen_at, body) VALUES (?, ?, ?, ?)
       ON CONFLICT (node_id) DO UPDATE SET path = excluded.path, last_seen_at = excluded.last_seen_at, body = excluded.body`,
    );
    this.removeNode = handle.prepare('DELETE FROM transport_node WHERE node_id = ?');
    this.putCertificate = handle.prepare(
      'INSERT INTO node_certificate (fingerprint, node_id, serial, issued_at, not_after) VALUES ($fingerprint, $nodeId, $serial, $issuedAt, $notAfter)',
    );
    this.revokeNode = handle.prepare('UPDATE node_certificate SET revoked_at = ? WHERE node_id = ? AND revoked_at IS NULL');
    this.revokeSerial = handle.prepare('UPDATE node_certificate SET revoked_at = ? WHERE serial = ? AND revoked_at IS NULL');
    this.putToken = handle.prepare(
      `INSERT INTO enrolment_token (token_hash, node_id, path, created_by, created_at, expires_at)
       VALUES ($tokenHash, $nodeId, $path, $createdBy, $createdAt, $expiresAt)`,
    );
    this.consumeToken = handle.prepare(
      `UPDATE enrolment_token SET consumed_at = $at WHERE token_hash = $tokenHash AND consumed_at IS NULL AND expires_at > $at
         RETURNING node_id AS nodeId, path`,
    );
    this.removeTokens = handle.prepare('DELETE FROM enrolment_token WHERE node_id = ?');
  }

  report({ changes, at }: InventoryJob): null {
    for (const { node, type, externalId, body } of changes) {
      if (body === undefined) this.removeObject.run(node, type, externalId);
      else this.putObject.run(node, type, externalId, at, JSON.stringify(body));
    }
    return null;
  }

  seen(sightings: readonly NodeSighting[]): null {
    for (const { nodeId, path, at, ...facts } of sightings) this.putNode.run(nodeId, path, at, JSON.stringify(facts));
    return null;
  }

  issued(certificate: CertificateRecord): null {
    this.putCertificate.run(certificate);
    return null;
  }

  revoke(revocation: Revocation): null {
    if ('serial' in revocation) {
      this.revokeSerial.run(revocation.at, revocation.serial);
      return null;
    }
    const { nodeId, at } = revocation;
    this.revokeNode.run(at, nodeId);
    this.removeTokens.run(nodeId);
    this.removeNode.run(nodeId);
    return null;
  }

  mint(token: EnrolmentToken): null {
    this.putToken.run(token);
    return null;
  }

  /** Uses a token up, in one step: of two agents that come with it, one is answered undefined. */
  consume(tokenHash: string, at: number): { nodeId: string; path: string } | undefined {
    return this.consumeToken.get({ tokenHash, at }) as { nodeId: string; path: string } | undefined;
  }
}
