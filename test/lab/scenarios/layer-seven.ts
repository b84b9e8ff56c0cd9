import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECTORY, type Namespace } from '../namespace.js';
import { balancing, SERVICE } from './balancing.js';
import type { Scenario } from './scenario.js';

const POOL = '/infra/lb-pools/pages';
const OTHER_POOL = '/infra/lb-pools/other-pages';
const MONITOR = '/infra/lb-monitor-profiles/pages';
const PLAIN = '/infra/lb-virtual-servers/pages';
const SECURE = '/infra/lb-virtual-servers/secure-pages';
const VIRTUAL = '203.0.113.110';
const DEAD = 'its monitor gets no answer that is good';

/** Layer-7 balancing on the edge: HTTP and HTTPS, by host, with monitors that tell upward who is dead. */
export const layerSeven: Scenario = {
  title: 'Layer 7',
  name: 'layer7',
  after: [balancing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    for (const name of ['web1', 'web2', 'web3']) serve(lab.workload(name).namespace, name);
    const member = (name: string) => ({ display_name: name, ip_address: lab.workload(name).address, port: '8081' });
    await manager.patch(MONITOR, {
      resource_type: 'LBHttpMonitorProfile',
      request_url: '/',
      interval: 1,
      timeout: 1,
      fall_count: 1,
      rise_count: 1,
      monitor_port: 8081,
    });
    await manager.patch('/infra/lb-app-profiles/http', { resource_type: 'LBHttpProfile', x_forwarded_for: 'INSERT' });
    const pool = { snat_translation: { type: 'LBSnatAutoMap' } };
    await manager.patch(POOL, { ...pool, members: [member('web1'), member('web2')], active_monitor_paths: [MONITOR] });
    await manager.patch(OTHER_POOL, { ...pool, members: [member('web3')] });
    const server = { ip_address: VIRTUAL, pool_path: POOL, lb_service_path: SERVICE, application_profile_path: '/infra/lb-app-profiles/http' };
    await manager.patch(PLAIN, {
      ...server,
      ports: ['80'],
      rules: [
        {
          phase: 'HTTP_FORWARDING',
          match_conditions: [{ type: 'LBHttpRequestHeaderCondition', header_name: 'Host', header_value: 'other.test' }],
          actions: [{ type: 'LBSelectPoolAction', pool_id: OTHER_POOL }],
        },
      ],
    });
    for (const name of ['one', 'two']) await manager.patch(`/infra/certificates/${name}`, certificate(`${name}.test`));
    await manager.patch(SECURE, {
      ...server,
      ports: ['443'],
      client_ssl_profile_binding: { default_certificate_path: '/infra/certificates/one', sni_certificate_paths: ['/infra/certificates/two'] },
    });
    await expect.realized(PLAIN, SECURE);

    const outside = topOfRack.namespace;
    const page = (from: Namespace, ...args: string[]): string => from.output(5_000, 'curl', '-s', '-m', '3', ...args).trim();
    const pages = (count: number): string => [...new Set(Array.from({ length: count }, () => page(outside, `http://${VIRTUAL}/`)))].sort().join();
    await expect.soon('the world outside gets pages of both members', () => pages(6) === 'web1,web2' || pages(6));
    await expect.soon('db2 gets a page too', () => /^web[12]$/.test(page(lab.workload('db2').namespace, `http://${VIRTUAL}/`)));
    await expect.soon('a rule sends another host to another pool', () => page(outside, '-H', 'Host: other.test', `http://${VIRTUAL}/`) === 'web3');
    const before = await manager.serverStatistics(SERVICE, PLAIN);
    pages(6);
    await expect.soon('the manager counts six more requests and their bytes', async () => {
      const counted = await manager.serverStatistics(SERVICE, PLAIN);
      const [requests, bytes] = ['http_requests', 'bytes_out'].map((name) => (counted[name] ?? 0) - (before[name] ?? 0));
      return (requests === 6 && (bytes ?? 0) > 600) || JSON.stringify(counted);
    });
    await expect.now('which both members have answered', async () => {
      const counted = await manager.poolStatistics(SERVICE, POOL);
      const answered = ['web1', 'web2'].map((name) => counted[lab.workload(name).address]?.total_sessions ?? 0);
      return answered.every((sessions) => sessions >= 3) || JSON.stringify(counted);
    });
    for (const name of ['one.test', 'two.test']) {
      await expect.soon(`TLS ends with the certificate of ${name}`, () => {
        const answer = page(outside, '--cacert', file(name, 'crt'), '--connect-to', `${name}:443:${VIRTUAL}:443`, `https://${name}/`);
        return /^web[12]$/.test(answer) || answer;
      });
    }
    stop('web1');
    await expect.soon('a dead member gets no requests', () => pages(4) === 'web2' || pages(4));
    await expect.soon('the manager is told that it is dead', async () => JSON.stringify(await manager.get('/heddle/api/v1/nodes')).includes(DEAD));
    await expect.soon('and says so where clients of NSX-T look', async () => {
      const down = await manager.membersDown(SERVICE, POOL);
      return down.join() === lab.workload('web1').address || down.join();
    });
    serve(lab.workload('web1').namespace, 'web1');
    await expect.soon('and gets them again once it lives', () => pages(6) === 'web1,web2' || pages(6));
    await lab.node('e1').killAgent();
    await expect.now('pages come while the agent of the edge is gone', () => pages(4) === 'web1,web2' || pages(4));
    lab.node('e1').startAgent(manager.url, lab.bridges);
    await expect.realized(PLAIN, SECURE);
    await expect.now('and when it is back', () => /^web[12]$/.test(page(outside, `http://${VIRTUAL}/`)));
    await expect.soon('from both members', () => pages(4) === 'web1,web2' || pages(4));
    await manager.delete(PLAIN);
    await expect.soon('without its virtual server nobody answers', () => page(outside, `http://${VIRTUAL}/`) === '');
  },
};

/** A web server on port 8081 whose page is a name. */
export function serve(namespace: Namespace, name: string): void {
  const folder = join(DIRECTORY, 'pages', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.html'), `${name}\n`);
  namespace.run('busybox', 'httpd', '-p', '8081', '-h', folder);
}

function stop(name: string): void {
  execFileSync('pkill', ['-f', `busybox httpd .*/pages/${name}$`]);
}

function file(name: string, kind: 'crt' | 'key'): string {
  return join(DIRECTORY, `${name}.${kind}`);
}

function certificate(name: string): object {
  const [crt, key] = [file(name, 'crt'), file(name, 'key')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', crt], { stdio: 'ignore' });
  return { pem_encoded: readFileSync(crt, 'utf8'), private_key: readFileSync(key, 'utf8') };
}
