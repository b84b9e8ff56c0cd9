import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Permission } from '../access/permission.js';
import { Field } from '../model/field.js';
import { Answers, AnswersText } from './described.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';
import { Route } from './route-facts.js';

class Liveness {
  @Field('string', 'alive: whatever answers is.', { required: true, enum: ['alive'] })
  status!: string;
}

class ReadinessReport {
  @Field('string', 'Whether the manager can serve.', { required: true, enum: ['ready', 'not ready'] })
  status!: string;

  @Field('object', 'Each part by its name: ready, or what is wrong with it.', { required: true })
  parts!: object;
}

class NodeHealthStatus {
  @Field('boolean', 'Whether every part works.', { required: true })
  healthy!: boolean;

  @Field('string', 'Every part with UP or DOWN.', { required: true })
  components_health!: string;
}

/** Health and figures for those who run the manager. */
@ApiTags('Operations')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  @Get('livez')
  @Route({ public: true })
  @ApiOperation({ summary: 'Whether the process answers at all: restart it when not.' })
  @Answers(Liveness)
  live(): object {
    return { status: 'alive' };
  }

  @Get('readyz')
  @Route({ public: true })
  @ApiOperation({ summary: 'Whether the manager can serve, by its parts.' })
  @Answers(ReadinessReport, { description: 'It can.' })
  @Answers(ReadinessReport, { status: 503, description: 'A part cannot.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const parts = await this.readiness.ask();
    const ready = isReady(parts);
    reply.status(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', parts: Object.fromEntries([...parts].map(([part, wrong]) => [part, wrong ?? 'ready'])) };
  }

  /** Load balancers compare the text, so it is laid out as NSX-T lays it out. */
  @Get('api/v1/reverse-proxy/node/health')
  @Route({ public: true })
  @ApiOperation({ summary: 'Whether the manager is healthy, as clients of NSX-T and load balancers ask.' })
  @Answers(NodeHealthStatus)
  async health(@Res() reply: FastifyReply): Promise<void> {
    const parts = await this.readiness.ask();
    const states = [...parts].map(([part, wrong]) => `${part.toUpperCase()}:${wrong === undefined ? 'UP' : 'DOWN'}`).join(', ');
    const text = `{\n  "healthy" : ${isReady(parts)},\n  "components_health" : ${JSON.stringify(states)}\n}\n`;
    await reply.header('content-type', 'application/json').send(text);
  }

  @Get('metrics')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Metrics in the Prometheus text format.' })
  @AnswersText('text/plain', 'Metrics, as docs/metrics.md lists them.')
  async figures(@Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.metrics;
    await reply.header('content-type', registry.contentType).send(await registry.metrics());
  }
}

function isReady(parts: ReadonlyMap<string, string | undefined>): boolean {
  return [...parts.values()].every((wrong) => wrong === undefined);
}
