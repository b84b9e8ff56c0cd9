import { Module } from '@nestjs/common';
import type { Registry } from '../model/registry.js';
import { PolicyController } from './policy.controller.js';
import { type LargeBodies, PolicyService } from './policy-service.js';
import { INTENT_READER, INTENT_WRITER, type IntentReader, type IntentWriter, LARGE_BODIES, REGISTRY } from './ports.js';
import { AUTHORIZER, type Authorizer } from './request.js';

/** The policy tree over REST. The tokens it injects are provided globally: by the store, and by whoever knows the roles. */
@Module({
  controllers: [PolicyController],
  providers: [
    {
      provide: PolicyService,
      inject: [REGISTRY, INTENT_READER, INTENT_WRITER, AUTHORIZER, LARGE_BODIES],
      useFactory: (registry: Registry, reader: IntentReader, writer: IntentWriter, authorizer: Authorizer, largeBodies: LargeBodies) =>
        new PolicyService(registry, reader, writer, authorizer, largeBodies),
    },
  ],
})
export class PolicyModule {}
