import { hostname, release } from 'node:os';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../access/permission.js';
import { Answers } from './described.js';
import { ClusterConfig, ClusterStatus, NodeProperties, NodeVersion } from './node.js';
import { Readiness } from './readiness.js';

/** What this manager is. */
export interface NodeFacts {
  /** The NSX-T version that clients are told. */
  readonly productVersion: string;
  /** UUID of the installation. */
  readonly installation: string;
}

export const NODE_FACTS = Symbol('heddle:node-facts');

/** The manager itself as clients of NSX-T ask for it when they connect. A manager is a cluster of one. */
@ApiTags('Node')
@Controller('api/v1')
export class NodeController {
  constructor(
    @Inject(NODE_FACTS) private readonly facts: NodeFacts,
    private readonly readiness: Readiness,
  ) {}

  @Get('node/version')
  @ApiOperation({ summary: 'Versions that clients choose what they use by.' })
  @Answers(NodeVersion)
  version(): object {
    return { node_version: this.nodeVersion, product_version: this.facts.productVersion };
  }

  @Get('node')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Properties of the manager.' })
  @Answers(NodeProperties)
  node(): object {
    return {
      ...this.version(),
      node_type: 'NSX Manager',
      node_uuid: this.facts.installation,
      hostname: hostname(),
      fully_qualified_domain_name: hostname(),
      kernel_version: release(),
      export_type: 'UNRESTRICTED',
      system_time: Date.now(),
      timezone: 'Etc/UTC',
    };
  }

  @Get('cluster')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'The cluster that the manager is.' })
  @Answers(ClusterConfig)
  cluster(): object {
    return { cluster_id: this.facts.installation, nodes: [{ node_uuid: this.facts.installation, fqdn: hostname(), status: 'JOINED' }] };
  }

  @Get('cluster/status')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Whether the cluster works.' })
  @Answers(ClusterStatus)
  async status(): Promise<object> {
    const parts = await this.readiness.ask();
    const working = [...parts.values()].every((wrong) => wrong === undefined);
    const status = working ? 'STABLE' : 'DEGRADED';
    const self = { uuid: this.facts.installation };
    return {
      cluster_id: this.facts.installation,
      mgmt_cluster_status: { status, online_nodes: working ? [self] : [], offline_nodes: working ? [] : [self] },
      control_cluster_status: { status },
      detailed_cluster_status: { cluster_id: this.facts.installation, overall_status: status, groups: [] },
    };
  }

  /** Six numbers, the last ones of which would be NSX-T's build. */
  private get nodeVersion(): string {
    const numbers = this.facts.productVersion.split('.');
    return [...numbers, '0', '0', '0'].slice(0, Math.max(numbers.length, 6)).join('.');
  }
}
