import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { registry } from '../model/types.js';
import { commandOf, type LargeWrite, type LargeWriteOutcome } from '../policy/policy-service.js';
import { prepareObject } from '../policy/prepare.js';
import { JsonError, parseJson } from '../shared/json.js';
import { UnitOfWork } from '../store/unit-of-work.js';
import { packError } from '../store/wire.js';
import type { LargeWriteAnswer, LargeWriteRequest } from './large-bodies.js';

/** The thread for large bodies: what takes seconds to parse, check and hand over takes them here. */

const port = parentPort as MessagePort;
const writer = new UnitOfWork((workerData as { readonly writer: MessagePort }).writer);

async function write({ op, path, bytes, context, options, writable }: LargeWrite): Promise<LargeWriteOutcome> {
  const located = registry.locate(path);
  if (!located) throw new Error(`${path} was located before`);
  const prepared = prepareObject(registry, op, located, parsed(bytes), op === 'patch' ? options : {});
  const { command, features } = commandOf(context, prepared, options, op === 'patch' ? path : undefined);
  for (const feature of features) if (!writable.includes(feature)) return { denied: feature };
  const { sequence } = await writer.write(command);
  return { result: { sequence, objects: [] } };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    throw error instanceof JsonError ? new PolicyError({ status: 400, code: CODES.malformed, message: error.message }) : error;
  }
}

port.on('message', ({ id, write: request }: LargeWriteRequest) => {
  write(request).then(
    (outcome) => port.postMessage({ id, outcome } satisfies LargeWriteAnswer),
    (error) => port.postMessage({ id, error: packError(error) } satisfies LargeWriteAnswer),
  );
});
