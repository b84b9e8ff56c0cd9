import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError, settingsReference } from '../../src/operations/settings.js';

describe('settings', () => {
  it('start a manager with nothing set', () => {
    expect(readSettings({})).toEqual({
      host: '127.0.0.1',
      port: 8443,
      agentPort: 8444,
      dataDir: './data',
      adminPassword: undefined,
      auditPassword: undefined,
      productVersion: '4.2.1',
      simulatedNodes: { hosts: 2, edges: 2 },
      logLevel: 'info',
      certificateFile: undefined,
      keyFile: undefined,
      certificateNames: undefined,
      bodyLimitMiB: 256,
      clientRequestsPerSecond: 0,
      clientConcurrency: 0,
      totalConcurrency: 0,
    });
  });

  it('read what is given, and take an empty variable as left out', () => {
    const settings = readSettings({
      HEDDLE_PORT: '0',
      HEDDLE_DATA_DIR: '',
      HEDDLE_SIMULATED_NODES: 'edges=1, hosts=12',
      HEDDLE_PRODUCT_VERSION: '9.2.0.0.0.12345678',
      HEDDLE_CERTIFICATE_NAMES: 'nsx.example.org, 10.0.0.7, 2001:db8::7',
      HEDDLE_LOG_LEVEL: 'warn',
    });
    expect(settings).toMatchObject({
      port: 0,
      dataDir: './data',
      simulatedNodes: { hosts: 12, edges: 1 },
      productVersion: '9.2.0.0.0.12345678',
      logLevel: 'warn',
    });
    expect(settings.certificateNames).toEqual(['nsx.example.org', '10.0.0.7', '2001:db8::7']);
    expect(readSettings({ HEDDLE_SIMULATED_NODES: '0' }).simulatedNodes).toEqual({ hosts: 0, edges: 0 });
  });

  it.each([
    [{ HEDDLE_PORT: '65536' }, 'HEDDLE_PORT must be a whole number of 0 to 65535, not "65536".'],
    [{ HEDDLE_PORT: 'tcp://10.0.0.1:8443' }, 'HEDDLE_PORT must be a whole number of 0 to 65535, not "tcp://10.0.0.1:8443".'],
    [{ HEDDLE_LOG_LEVEL: 'loud' }, 'HEDDLE_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud".'],
    [
      { HEDDLE_SIMULATED_NODES: 'hosts=two' },
      'HEDDLE_SIMULATED_NODES must be counts such as hosts=2,edges=2 (each at most 1000), or 0 for none, not "hosts=two".',
    ],
    [{ HEDDLE_PRODUCT_VERSION: 'latest' }, 'HEDDLE_PRODUCT_VERSION must be a version of three to seven numbers, such as 4.2.1, not "latest".'],
    [{ HEDDLE_CERTIFICATE_FILE: 'a.pem' }, 'HEDDLE_CERTIFICATE_FILE and HEDDLE_KEY_FILE belong together: set both, or neither.'],
    [{ HEDDLE_PROT: '8443' }, 'HEDDLE_PROT is not a setting; HEDDLE_PORT is.'],
  ])('stop at %o with one line', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(new SettingsError(message));
  });

  it('never print a password, not even a bad one', () => {
    expect(() => readSettings({ HEDDLE_ADMIN_PASSWORD: 'short' })).toThrow(
      new SettingsError('HEDDLE_ADMIN_PASSWORD must be a password of 8 to 128 characters without control characters.'),
    );
  });

  it('leave alone what Kubernetes puts beside a service called heddle', () => {
    expect(readSettings({ HEDDLE_SERVICE_HOST: '10.0.0.1', HEDDLE_PORT_8443_TCP_PROTO: 'tcp' }).port).toBe(8443);
  });

  it('are all in the reference, each once', () => {
    const rows = settingsReference()
      .split('\n')
      .filter((line) => line.startsWith('| `HEDDLE_'));
    expect(rows).toHaveLength(Object.keys(readSettings({})).length);
    expect(new Set(rows.map((row) => row.split('|')[1])).size).toBe(rows.length);
  });
});
