import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configurationOf } from '../../../src/agent/frr/configuration.js';
import { Frr } from '../../../src/agent/frr/frr.js';
import type { BgpInstance } from '../../../src/realization/resources.pb.js';
import { eventually } from '../../eventually.js';
import { everything, instance, neighbor } from './instances.js';

/** A real FRR in a network namespace of its own, where nobody answers it. */
const name = `heddle-test-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'heddle-frr-'));
const frr = new Frr({ name, folder, launcher: ['ip', 'netns', 'exec', name] });
const PASSWORD = 'not-to-be-seen';

function text(given: BgpInstance): string {
  return configurationOf(given, { neighbors: given.neighbors.map((one) => ({ neighbor: one, source: undefined })), routes: [], secret: () => PASSWORD });
}

/** What FRR says that its configuration is. */
function running(): string {
  return execFileSync('vtysh', ['-N', name, '-c', 'show running-config'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

beforeAll(() => void execFileSync('ip', ['netns', 'add', name]));

afterAll(async () => {
  await frr.stop();
  execFileSync('ip', ['netns', 'delete', name]);
  rmSync(folder, { recursive: true, force: true });
});

describe('FRR', () => {
  it('takes all that an instance may have', async () => {
    await frr.apply(text(everything()), [PASSWORD]);
    expect(frr.runs).toBe(true);
    expect(running()).toContain('neighbor 192.0.2.1 local-as 65009 no-prepend replace-as');
    expect([...(await frr.sessions()).keys()].sort()).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  it('has the same configuration after changes as from nothing', async () => {
    const plain = instance({ neighbors: [neighbor()] });
    await frr.apply(text(plain), [PASSWORD]);
    const changed = running();
    await frr.stop();
    await frr.apply(text(plain), [PASSWORD]);
    expect(changed).toBe(running());
    await frr.apply(text(everything()), [PASSWORD]);
    await frr.apply(text({ ...everything(), localAs: 65002 }), [PASSWORD]);
    expect(running()).toContain('router bgp 65002');
  });

  it('keeps what it had when it refuses something, and says what without secrets', async () => {
    const good = instance({ neighbors: [neighbor({ password: { path: '/n', field: 'password', version: '1' } })] });
    await frr.apply(text(good), [PASSWORD]);
    const before = running();
    await expect(frr.apply(text(good).replace(PASSWORD, `${PASSWORD} twice`), [PASSWORD])).rejects.toThrow(/FRR refuses it: Unknown command.*\*\*\* twice/);
    expect(running()).toBe(before);
    expect(frr.configuration).toBe(text(good));
  });

  it('starts a program again that has ended, and tells it all', async () => {
    process.kill(Number(readFileSync(`/run/frr/${name}/bgpd.pid`, 'utf8')), 'SIGKILL');
    await eventually(() => expect(frr.runs).toBe(false));
    await frr.apply(text(instance({ neighbors: [neighbor()] })), []);
    expect(running()).toContain('neighbor 192.0.2.1 remote-as 65000');
  });
});
