import { createHash } from 'node:crypto';
import { type Layer7Balancer, ResourceKind } from '../../realization/resources.pb.js';
import { configurationOf, poolsOf } from '../haproxy/configuration.js';
import { sourceOf } from '../haproxy/pools.js';
import { Unsupported } from '../haproxy/words.js';
import { switchSide } from './names.js';
import { LINK_PREFIX, type ProxySite, ROUTER_END, SITE_END } from './proxy-site.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * The service routers that this edge holds get a site each that balances on layer 7: the router sends there what is meant for the
 * addresses of balancers, and the site sends everything back.
 */
export function proxyRows(draft: ZoneDraft): void {
  for (const [router, all] of draft.view.layer7) {
    if (!draft.isHere(router)) continue;
    const balancers = new Map(all.filter((balancer) => takes(draft, balancer)).map((balancer) => [balancer.key, balancer]));
    if (balancers.size === 0) continue;
    const owner = { kind: ResourceKind.ROUTER, key: router };
    const [sw, link] = [`${router}#proxy`, `${router}#proxy-link`];
    const site: ProxySite = {
      router,
      attachment: `heddle-proxy-${hash(`${draft.node} ${router}`, 16)}`,
      mac: macOf(`${router} site`),
      balancers,
      addresses: [...new Set([...balancers.values()].flatMap(addressesOf))].sort(),
      addressSets: (key) => draft.addressSets.get(key) ?? [],
    };
    const within = { table: 'Logical_Switch', name: sw, column: 'ports' };
    draft.rows.push(
      { table: 'Logical_Switch', name: sw, owner, columns: { name: sw } },
      {
        table: 'Logical_Router_Port',
        name: link,
        owner,
        within: { table: 'Logical_Router', name: router, column: 'ports' },
        columns: { name: link, mac: macOf(`${router} router`), networks: [`${ROUTER_END}/${LINK_PREFIX}`] },
      },
      {
        table: 'Logical_Switch_Port',
        name: switchSide(link),
        owner,
        within,
        columns: { name: switchSide(link), type: 'router', addresses: ['router'], options: { 'router-port': link } },
      },
      { table: 'Logical_Switch_Port', name: site.attachment, owner, within, columns: { name: site.attachment, addresses: [`${site.mac} ${SITE_END}`] } },
    );
    for (const address of site.addresses) {
      draft.rows.push({
        table: 'Logical_Router_Static_Route',
        name: `${router} ${address}#proxy`,
        owner,
        within: { table: 'Logical_Router', name: router, column: 'static_routes' },
        columns: { ip_prefix: address, nexthop: SITE_END, output_port: [link] },
      });
    }
    draft.proxies.push(site);
  }
}

/** Where clients come to, and where members see it come from. */
function addressesOf(balancer: Layer7Balancer): string[] {
  return [balancer.address, ...poolsOf(balancer).map((pool) => sourceOf(balancer, pool))];
}

function takes(draft: ZoneDraft, balancer: Layer7Balancer & { readonly key: string }): boolean {
  const reason = balancer.address.includes(':') ? 'layer-7 balancers have IPv4 addresses here' : refusal(balancer);
  if (reason !== undefined) draft.refuse({ kind: ResourceKind.LAYER7_BALANCER, key: balancer.key }, reason);
  return reason === undefined;
}

/** What HAProxy cannot do of a balancer; undefined: nothing. */
function refusal(balancer: Layer7Balancer & { readonly key: string }): string | undefined {
  try {
    configurationOf(new Map([[balancer.key, balancer]]), { tlsFolder: '', adminSocket: '', addressSets: () => [], secrets: () => undefined });
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** An address that nobody else gives away: it is locally administered and never leaves the link. */
function macOf(text: string): string {
  return `0e:${hash(text, 10).match(/../g)?.join(':')}`;
}
