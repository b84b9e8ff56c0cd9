import { ChangeRow, ChangeSetRow, CheckpointRow } from './history.tables.js';
import { ClaimRow, CounterRow, PolicyObjectRow, PolicyReferenceRow, PolicyTagRow, SecretRow } from './intent.tables.js';
import { EnrolmentTokenRow, FabricObjectRow, NodeCertificateRow, RealizedEntityRow, RealizedHistoryRow, TransportNodeRow } from './realization.tables.js';
import { MetaRow, SystemRecordRow } from './system.tables.js';

/** All tables; a test holds the migrations to them. */
export const TABLES = [
  PolicyObjectRow,
  PolicyReferenceRow,
  PolicyTagRow,
  SecretRow,
  ClaimRow,
  CounterRow,
  ChangeSetRow,
  ChangeRow,
  CheckpointRow,
  RealizedEntityRow,
  RealizedHistoryRow,
  FabricObjectRow,
  TransportNodeRow,
  NodeCertificateRow,
  EnrolmentTokenRow,
  SystemRecordRow,
  MetaRow,
] as const;
