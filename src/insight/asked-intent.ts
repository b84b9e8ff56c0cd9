import { Inject, Injectable } from '@nestjs/common';
import { CODES } from '../model/error-codes.js';
import type { PolicyObject } from '../model/policy-object.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import type { Feature } from '../model/resource.js';
import { INTENT_READER, type IntentReader, REGISTRY } from '../policy/ports.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';

/** The object that a request asks about, for those who may read it. */
@Injectable()
export class AskedIntent {
  constructor(
    @Inject(INTENT_READER) readonly reader: IntentReader,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  /**
   * @throws PolicyError 403 where the object may not be read
   * @throws PolicyError 404 where it is not there
   */
  find<T extends object = PolicyObject>(request: KnownRequest, path: string): T & PolicyObject {
    this.require(request, this.registry.locate(path)?.place.definition.feature ?? 'system');
    const intent = this.reader.get<T>(path);
    if (!intent) throw new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
    return intent;
  }

  /** @throws PolicyError 403 where nothing of a feature may be read */
  require(request: KnownRequest, feature: Feature): void {
    this.authorizer.require(request.heddle, feature, 'read');
  }
}
