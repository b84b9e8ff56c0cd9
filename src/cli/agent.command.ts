import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { AgentOptions } from '../agent/main.js';
import { LOG_LEVELS } from '../operations/settings.js';
import { VERSION } from '../shared/version.js';
import { interrupted } from './interrupt.js';

interface Flags extends Omit<AgentOptions, 'httpsAuthorityFile' | 'tunnelAddresses' | 'softwareVersion' | 'token' | 'bridges'> {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly tunnelAddress: readonly string[];
  readonly bridge: readonly string[];
}

export function agentCommand(): Command {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return new Command('agent')
    .description('Run the agent of one node until Ctrl-C. At its first start it enrols with a token; see `heddle node token`.')
    .addOption(new Option('--state-dir <dir>', 'where the node keeps who it is and what it was told').env('HEDDLE_AGENT_STATE_DIR').default('./agent'))
    .addOption(new Option('--manager <url>', 'address of the manager, such as https://manager:8443').env('HEDDLE_AGENT_MANAGER'))
    .addOption(new Option('--token <token>', 'enrolment token').env('HEDDLE_AGENT_TOKEN').conflicts('tokenFile'))
    .addOption(new Option('--token-file <file>', 'file that holds the enrolment token').env('HEDDLE_AGENT_TOKEN_FILE'))
    .addOption(new Option('--node <node>', 'path or id that the node is meant to have').env('HEDDLE_AGENT_NODE'))
    .addOption(new Option('--ca-file <file>', "authority of the manager's HTTPS certificate, where that is not the manager's own").env('HEDDLE_AGENT_CA_FILE'))
    .addOption(new Option('--engine <engine>', 'what does the forwarding: simulated, or ovn for this machine').default('simulated'))
    .addOption(new Option('--tunnel-address <address>', 'underlay address at which tunnels end; may be repeated').argParser(collect).default([]))
    .addOption(
      new Option(
        '--bridge <zone=bridge>',
        'Open vSwitch bridge through which the VLANs of a transport zone, named by its policy path, are reached; may be repeated',
      )
        .argParser(collect)
        .default([]),
    )
    .addOption(new Option('--log-level <level>', 'least severe log lines that are written').env('HEDDLE_LOG_LEVEL').choices(LOG_LEVELS).default('info'))
    .action(run);
}

async function run({ token, tokenFile, caFile, tunnelAddress, bridge, ...rest }: Flags): Promise<void> {
  const { runAgent } = await import('../agent/main.js');
  const given = token ?? (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim());
  await runAgent(
    { ...rest, token: given, httpsAuthorityFile: caFile, tunnelAddresses: tunnelAddress, bridges: bridgesIn(bridge), softwareVersion: VERSION },
    interrupted(),
  );
}

/** @throws InvalidArgumentError when one is not of the form `zone=bridge` */
function bridgesIn(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const [, zone, bridge] = /^(\/[^=:,]+)=([^=:,]+)$/.exec(text) ?? [];
      if (zone === undefined || bridge === undefined)
        throw new InvalidArgumentError(`--bridge takes a transport zone and a bridge, such as /infra/.../transport-zones/vlan=br-phy, not ${text}`);
      return [zone, bridge] as const;
    }),
  );
}
