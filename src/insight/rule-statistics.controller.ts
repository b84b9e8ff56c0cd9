import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Rule } from '../model/security/rule.resource.js';
import { AnswersList } from '../operations/described.js';
import { type Listing, listing } from '../operations/listing.js';
import type { KnownRequest } from '../policy/request.js';
import { AskedIntent } from './asked-intent.js';
import { NODE_REPORTS, type NodeReports } from './ports.js';
import {
  type CountedPolicy,
  policyStatistics,
  RuleStatisticsForEnforcementPoint,
  ruleStatistics,
  SecurityPolicyStatisticsForEnforcementPoint,
} from './rule-statistics.js';

type PolicyParams = Readonly<Record<'domain' | 'policy', string>>;
type RuleParams = PolicyParams & { readonly rule: string };

/**
 * How often rules of the distributed firewall and of gateways were met, summed over the nodes. Nodes that are not connected are part of
 * it with what they reported last; those that were deleted are not. A node begins anew with what its switch still knows when its agent
 * starts, and reports a few seconds after something was counted.
 */
@ApiTags('security')
@Controller('policy/api/v1/infra/domains/:domain')
export class RuleStatisticsController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
  ) {}

  @Get('security-policies/:policy/statistics')
  @ApiOperation({ summary: 'How often the rules of a security policy were met' })
  @AnswersList(SecurityPolicyStatisticsForEnforcementPoint)
  securityPolicy(@Req() request: KnownRequest, @Param() params: PolicyParams): Promise<Listing<object>> {
    return this.ofPolicy(request, 'security-policies', params);
  }

  @Get('security-policies/:policy/rules/:rule/statistics')
  @ApiOperation({ summary: 'How often a rule of a security policy was met' })
  @AnswersList(RuleStatisticsForEnforcementPoint)
  securityRule(@Req() request: KnownRequest, @Param() params: RuleParams): Promise<Listing<object>> {
    return this.ofRule(request, 'security-policies', params);
  }

  @Get('gateway-policies/:policy/statistics')
  @ApiOperation({ summary: 'How often the rules of a gateway policy were met, at all gateways that it is for' })
  @AnswersList(SecurityPolicyStatisticsForEnforcementPoint)
  gatewayPolicy(@Req() request: KnownRequest, @Param() params: PolicyParams): Promise<Listing<object>> {
    return this.ofPolicy(request, 'gateway-policies', params);
  }

  @Get('gateway-policies/:policy/rules/:rule/statistics')
  @ApiOperation({ summary: 'How often a rule of a gateway policy was met, at all gateways that it is for' })
  @AnswersList(RuleStatisticsForEnforcementPoint)
  gatewayRule(@Req() request: KnownRequest, @Param() params: RuleParams): Promise<Listing<object>> {
    return this.ofRule(request, 'gateway-policies', params);
  }

  private async ofPolicy(request: KnownRequest, collection: string, { domain, policy: id }: PolicyParams): Promise<Listing<object>> {
    const policy = this.intent.find<CountedPolicy>(request, `/infra/domains/${domain}/${collection}/${id}`);
    const rules = [...this.intent.reader.children<Rule>(policy.path, ['Rule'])].sort((a, b) => a.sequence_number - b.sequence_number);
    return listing([policyStatistics(policy, rules, await this.reports.figures(policy.path))]);
  }

  private async ofRule(request: KnownRequest, collection: string, { domain, policy: id, rule: ruleId }: RuleParams): Promise<Listing<object>> {
    const policy = this.intent.find<CountedPolicy>(request, `/infra/domains/${domain}/${collection}/${id}`);
    const rule = this.intent.find<Rule>(request, `${policy.path}/rules/${ruleId}`);
    return listing([ruleStatistics(rule, policy, await this.reports.figures(rule.path))]);
  }
}
