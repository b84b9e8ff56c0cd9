import { DEFAULT_BALANCING } from './balancing.js';
import type { DefaultObject } from './default-object.js';
import { DEFAULT_NETWORKING } from './networking.js';
import { DEFAULT_SECURITY } from './security.js';
import { DEFAULT_SERVICES } from './services.js';

/** Everything that exists from the first start on, parents before their children. */
export const DEFAULT_OBJECTS: readonly DefaultObject[] = [
  { path: '/inventory', body: {} },
  ...DEFAULT_NETWORKING,
  ...DEFAULT_SERVICES,
  ...DEFAULT_SECURITY,
  ...DEFAULT_BALANCING,
];
