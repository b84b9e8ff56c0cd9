import { type DynamicModule, Module } from '@nestjs/common';
import type { IntentReader } from '../policy/ports.js';
import type { Remote } from '../shared/port-calls.js';
import { EnrolmentController } from './enrolment/enrolment.controller.js';
import { EnrolmentService } from './enrolment/enrolment.service.js';
import { FABRIC_CALLS, type FabricCalls } from './fabric-calls.js';
import { FabricNames } from './fabric-names.js';
import { NodesController } from './nodes.controller.js';
import { PacketTracesController } from './packet-traces.controller.js';
import { WorkloadsController } from './workloads.controller.js';

export interface AgentsParts {
  readonly enrolment: EnrolmentService;
  readonly fabric: Remote<FabricCalls>;
  readonly reader: IntentReader;
}

/** Heddle's own API about nodes, below `/heddle/api/v1`. Needs AUDIT_SINK to be provided globally. */
@Module({})
export class AgentsModule {
  static register({ enrolment, fabric, reader }: AgentsParts): DynamicModule {
    return {
      module: AgentsModule,
      controllers: [EnrolmentController, NodesController, WorkloadsController, PacketTracesController],
      providers: [
        { provide: EnrolmentService, useValue: enrolment },
        { provide: FABRIC_CALLS, useValue: fabric },
        { provide: FabricNames, useValue: new FabricNames(reader) },
      ],
    };
  }
}
