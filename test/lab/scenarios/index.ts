import { balancing } from './balancing.js';
import { dhcp } from './dhcp.js';
import { fabric } from './fabric.js';
import { faults } from './faults.js';
import { firewall } from './firewall.js';
import { ipv6 } from './ipv6.js';
import { layerSeven } from './layer-seven.js';
import { routing } from './routing.js';
import type { Scenario } from './scenario.js';
import { segments } from './segments.js';

/** Faults come before there are balancers: with translated connections Open vSwitch 3.1 in userspace now and then fails by itself. */
export const SCENARIOS: readonly Scenario[] = [fabric, segments, routing, firewall, dhcp, ipv6, faults, balancing, layerSeven];
