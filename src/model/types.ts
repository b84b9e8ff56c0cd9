import type { StructClass } from './field.js';
import { Registry } from './registry.js';
import { Domain } from './root/domain.resource.js';
import { Infra } from './root/infra.resource.js';

/** Every resource type of the policy tree: a new one adds its line here, after its parent. */
export const TYPES: readonly StructClass[] = [Infra, Domain];

export const registry = new Registry(TYPES);
