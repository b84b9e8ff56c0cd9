import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * All metrics of the manager, declared in one place so that the list in `docs/metrics.md` is complete. What is counted on other
 * threads is read when a scrape asks: whoever knows a figure registers a source.
 */
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Histogram({
    name: 'heddle_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers: [this.registry],
  });

  readonly underWay = new Gauge({
    name: 'heddle_http_requests_under_way',
    help: 'Requests that were received and are not answered yet.',
    registers: [this.registry],
  });

  readonly refused = new Counter({
    name: 'heddle_http_requests_refused_total',
    help: 'Requests answered 429 or 503 because of a limit.',
    labelNames: ['limit'] as const,
    registers: [this.registry],
  });

  readonly logins = new Counter({
    name: 'heddle_logins_total',
    help: 'Checks of credentials, by outcome; those answered from memory are not counted.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /**
   * Adds gauges whose figures are asked for at each scrape.
   * @param read figures by label value; `''` for a gauge without label
   */
  gauge(name: string, help: string, label: string | undefined, read: () => Promise<Readonly<Record<string, number>>> | Readonly<Record<string, number>>): void {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.registry],
      async collect() {
        this.reset();
        for (const [value, figure] of Object.entries(await read())) this.set(label === undefined ? {} : { [label]: value }, figure);
      },
    });
  }
}
