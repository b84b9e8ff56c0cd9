import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { LogLevel } from './settings.js';

/** Injection token of the manager's pino logger. */
export const LOGGER = Symbol('heddle:logger');

/** Members whose values never reach a log, at the top of a line or one level below. */
const SECRETS = ['password', 'old_password', 'j_password', 'authorization', 'cookie', 'secret', 'passphrase', 'private_key', 'psk', 'token'];

/**
 * The logger of a process: one JSON object a line on standard error, so that standard output stays free for what a command answers.
 * @param stream where the lines go instead
 */
export function createLogger(level: LogLevel, stream: DestinationStream = destination({ fd: 2, sync: false })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    stream,
  );
}

/** Nest's own messages through pino; its chatter about routes and modules is for debugging only. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context (a class's name) last, and a stack before it where there is one. */
  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: readonly unknown[]): void {
    const fields = { context: rest.at(-1), ...(rest.length > 1 ? { stack: rest[0] } : {}) };
    if (message instanceof Error) this.logger[level]({ ...fields, err: message }, message.message);
    else this.logger[level](fields, String(message));
  }
}
