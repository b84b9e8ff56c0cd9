import { Module } from '@nestjs/common';
import { AddressTablesController } from './address-tables.controller.js';
import { AskedIntent } from './asked-intent.js';
import { BalancerStatisticsController } from './balancer-statistics.controller.js';
import { BalancerStatusController } from './balancer-status.controller.js';
import { BgpRoutesController } from './bgp-routes.controller.js';
import { BgpStatusController } from './bgp-status.controller.js';
import { CertificateRequestsController } from './certificate-requests.controller.js';
import { ContextAttributesController } from './context-attributes.controller.js';
import { ForwarderStatusController } from './forwarder-status.controller.js';
import { InventoryController } from './inventory.controller.js';
import { MembersController } from './members.controller.js';
import { NodeStatusController } from './node-status.controller.js';
import { RealizedController } from './realized.controller.js';
import { RuleStatisticsController } from './rule-statistics.controller.js';
import { SegmentStatisticsController } from './segment-statistics.controller.js';
import { StateController } from './state.controller.js';
import { TagsController } from './tags.controller.js';

/** Reads that are more than intent: what became of it, what nodes report and count, what groups resolve to. */
@Module({
  controllers: [
    RealizedController,
    StateController,
    InventoryController,
    MembersController,
    TagsController,
    ContextAttributesController,
    CertificateRequestsController,
    AddressTablesController,
    BalancerStatisticsController,
    BalancerStatusController,
    BgpRoutesController,
    BgpStatusController,
    ForwarderStatusController,
    NodeStatusController,
    RuleStatisticsController,
    SegmentStatisticsController,
  ],
  providers: [AskedIntent],
})
export class InsightModule {}
