import { type Layer7Balancer, ResourceKind } from '../../realization/resources.pb.js';
import { addressesOf as addressesOfForwarder } from '../dnsmasq/configuration.js';
import type { Keyed } from '../forwarding-view.js';
import { configurationOf, poolsOf, type Work } from '../haproxy/configuration.js';
import { sourcesOf } from '../haproxy/pools.js';
import type { Watch } from '../haproxy/watches.js';
import { Unsupported } from '../haproxy/words.js';
import { hashOf, switchSide } from './names.js';
import { familyOf, SITE_LINK, type Site } from './site.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * Routers of this node with programs of their own get a site: the router sends there what is meant for the site's addresses, and the
 * site sends everything back. That of a service router is on the edge that holds it; a distributed one has a site on each node that
 * watches members there, and no node knows those of the others.
 */
export function siteRows(draft: ZoneDraft): void {
  const { layer7, nameServers } = draft.view;
  for (const router of new Set([...layer7.keys(), ...nameServers.keys(), ...draft.watchingRouters, ...draft.relayingRouters])) {
    if (!draft.isHere(router)) continue;
    const balancers = new Map((layer7.get(router) ?? []).filter((balancer) => takes(draft, balancer)).map((balancer) => [balancer.key, balancer]));
    const watches = draft.watchesAt(router).filter((watch) => canBeWatched(draft, watch));
    const forwarders = new Map((nameServers.get(router) ?? []).map((forwarder) => [forwarder.key, forwarder]));
    const legs = draft.legsAt(router);
    if (balancers.size + watches.length + forwarders.size + legs.length === 0) continue;
    const addresses = [
      ...[...balancers.values()].flatMap(addressesOf),
      ...watches.map(({ source }) => source),
      ...[...forwarders.values()].flatMap(addressesOfForwarder),
    ];
    const site: Site = {
      router,
      attachment: `heddle-site-${hashOf(`${draft.node} ${router}`, 16)}`,
      mac: macOf(`${router} site`),
      balancers,
      watches,
      forwarders,
      legs,
      addresses: [...new Set(addresses)].sort(),
      addressSets: (key) => draft.addressSets.get(key) ?? [],
    };
    linkRows(draft, site);
    draft.sites.push(site);
  }
}

/** The switch between a router and its site, and the routes to the site's addresses. */
function linkRows(draft: ZoneDraft, { router, attachment, mac, addresses }: Site): void {
  const owner = { kind: ResourceKind.ROUTER, key: router };
  const [sw, link] = [`${router}#site`, `${router}#site-link`];
  const within = { table: 'Logical_Switch', name: sw, column: 'ports' };
  const ends = Object.values(SITE_LINK);
  draft.rows.push(
    { table: 'Logical_Switch', name: sw, owner, columns: { name: sw } },
    {
      table: 'Logical_Router_Port',
      name: link,
      owner,
      within: { table: 'Logical_Router', name: router, column: 'ports' },
      columns: { name: link, mac: macOf(`${router} router`), networks: ends.map((end) => `${end.router}/${end.prefix}`) },
    },
    {
      table: 'Logical_Switch_Port',
      name: switchSide(link),
      owner,
      within,
      columns: { name: switchSide(link), type: 'router', addresses: ['router'], options: { 'router-port': link } },
    },
    {
      table: 'Logical_Switch_Port',
      name: attachment,
      owner,
      within,
      columns: { name: attachment, addresses: [[mac, ...ends.map((end) => end.site)].join(' ')] },
    },
  );
  for (const address of addresses) {
    draft.rows.push({
      table: 'Logical_Router_Static_Route',
      name: `${router} ${address}#site`,
      owner,
      within: { table: 'Logical_Router', name: router, column: 'static_routes' },
      columns: { ip_prefix: address, nexthop: SITE_LINK[familyOf(address)].site, output_port: [link] },
    });
  }
}

/** Where clients come to, and where members see it come from. */
function addressesOf(balancer: Layer7Balancer): string[] {
  return [balancer.address, ...poolsOf(balancer).flatMap((pool) => sourcesOf(balancer, pool))];
}

function takes(draft: ZoneDraft, balancer: Keyed<Layer7Balancer>): boolean {
  const reason = refusal({ balancers: new Map([[balancer.key, balancer]]), watches: [] });
  if (reason !== undefined) draft.refuse({ kind: ResourceKind.LAYER7_BALANCER, key: balancer.key }, reason);
  return reason === undefined;
}

function canBeWatched(draft: ZoneDraft, watch: Watch): boolean {
  const reason = refusal({ balancers: new Map(), watches: [watch] });
  if (reason !== undefined) draft.limits.push(`${watch.balancer}: members of ${watch.pool.key} are not watched: ${reason}`);
  return reason === undefined;
}

/** What HAProxy cannot do of this; undefined: nothing. */
function refusal(work: Work): string | undefined {
  try {
    configurationOf(work, { filesFolder: '', adminSocket: '', stateFile: '', addressSets: () => [], secrets: () => undefined });
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

/** An address that nobody else gives away: it is locally administered and never leaves the link. */
function macOf(text: string): string {
  return `0e:${hashOf(text, 10).match(/../g)?.join(':')}`;
}
