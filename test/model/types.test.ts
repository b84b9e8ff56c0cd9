import { describe, expect, it } from 'vitest';
import { DEFAULT_NETWORKING } from '../../src/model/defaults/networking.js';
import { type FieldFacts, fieldsOf, type StructClass, variantOf } from '../../src/model/field.js';
import { SchemaSet } from '../../src/model/json-schema.js';
import { verbsOf } from '../../src/model/registry.js';
import { registry, TYPES } from '../../src/model/types.js';

/** Every structure that a type's bodies are made of, with the name of the type that leads to it. */
function structures(): Map<StructClass, string> {
  const found = new Map<StructClass, string>();
  const visit = (struct: StructClass, where: string): void => {
    if (found.has(struct)) return;
    found.set(struct, where);
    for (const facts of fieldsOf(struct)) for (const inner of facts.structs?.() ?? []) visit(inner, `${where}.${facts.name}`);
  };
  for (const { struct, name } of registry.definitions) visit(struct, name);
  return found;
}

const everyField = (): [string, FieldFacts][] =>
  [...structures()].flatMap(([struct, where]) => fieldsOf(struct).map((facts): [string, FieldFacts] => [`${where}.${facts.name}`, facts]));

describe('the resource types', () => {
  it('each have a sentence, a feature that permissions name, and a place in the tree', () => {
    for (const definition of registry.definitions) {
      expect(definition.doc, definition.name).toMatch(/^[A-Z].{15,}\.$/);
      expect(definition.feature, definition.name).toBeDefined();
      expect(definition.places.length, definition.name).toBeGreaterThan(0);
    }
    expect(new Set(registry.places.map(({ template }) => template)).size).toBe(registry.places.length);
  });

  it('document every field in a sentence', () => {
    for (const [where, { doc }] of everyField()) expect(doc, where).toMatch(/^[A-Z`].{3,}[.!]$/s);
  });

  it('name each structure once, so that the API reference can', () => {
    const set = new SchemaSet('document', '#/components/schemas/');
    for (const struct of TYPES) set.reference(struct, registry.definitions.find((definition) => definition.struct === struct)?.name);
    expect(set.schemas.size).toBeGreaterThan(TYPES.length);
  });

  it('tell the variants of a union apart by one property', () => {
    for (const [where, { type, structs }] of everyField()) {
      if (type !== 'union') continue;
      const variants = (structs?.() ?? []).map(variantOf);
      expect(new Set(variants.map((variant) => variant?.property)).size, where).toBe(1);
      expect(new Set(variants.map((variant) => variant?.value)).size, where).toBe(variants.length);
    }
  });

  it('refer only to types that exist', () => {
    for (const [where, { refs }] of everyField()) for (const type of refs?.to ?? []) expect(registry.find(type), `${where} refers to ${type}`).toBeDefined();
  });

  it('state facts that agree with one another', () => {
    for (const [where, facts] of everyField()) {
      const { default: value, enum: choices, min, max, minItems, maxItems, array } = facts;
      if (min !== undefined && max !== undefined) expect(min, where).toBeLessThanOrEqual(max);
      if (minItems !== undefined || maxItems !== undefined) expect(array, where).toBe(true);
      for (const one of value === undefined ? [] : Array.isArray(value) ? value : [value]) {
        if (choices) expect(choices, where).toContain(one);
        if (min !== undefined) expect(one as number, where).toBeGreaterThanOrEqual(min);
        if (max !== undefined) expect(one as number, where).toBeLessThanOrEqual(max);
      }
    }
  });

  it('keep passwords and keys secret', () => {
    const names = everyField().filter(([, { name }]) => /password|private_key|^secret|psk/.test(name));
    expect(names.length).toBeGreaterThan(3);
    for (const [where, { secret, type }] of names) if (type === 'string') expect(secret, where).toBe(true);
  });
});

describe('the tree', () => {
  it('has the places that clients know', () => {
    const templates = registry.places.map(({ template }) => template.replaceAll(/\{[^}]+\}/g, '*'));
    expect(templates).toEqual(
      expect.arrayContaining([
        '/infra',
        '/infra/domains/*',
        '/infra/domains/*/domain-deployment-maps/*',
        '/infra/sites/*/enforcement-points/*/transport-zones/*',
        '/infra/sites/*/enforcement-points/*/edge-clusters/*/edge-nodes/*',
        '/infra/sites/*/enforcement-points/*/host-transport-nodes/*',
        '/infra/sites/*/enforcement-points/*/edge-bridge-profiles/*',
        '/infra/tier-0s/*',
        '/infra/tier-0s/*/locale-services/*',
        '/infra/tier-0s/*/locale-services/*/interfaces/*',
        '/infra/tier-0s/*/locale-services/*/bgp',
        '/infra/tier-0s/*/locale-services/*/bgp/neighbors/*',
        '/infra/tier-0s/*/locale-services/*/ospf/areas/*',
        '/infra/tier-0s/*/static-routes/*',
        '/infra/tier-0s/*/static-routes/bfd-peers/*',
        '/infra/tier-0s/*/prefix-lists/*',
        '/infra/tier-0s/*/community-lists/*',
        '/infra/tier-0s/*/route-maps/*',
        '/infra/tier-0s/*/nat/*/nat-rules/*',
        '/infra/tier-0s/*/dns-forwarder',
        '/infra/tier-0s/*/security-config',
        '/infra/tier-1s/*',
        '/infra/tier-1s/*/locale-services/*/interfaces/*',
        '/infra/tier-1s/*/static-routes/*',
        '/infra/tier-1s/*/nat/*/nat-rules/*',
        '/infra/tier-1s/*/dns-forwarder',
        '/infra/tier-1s/*/security-config',
        '/infra/tier-1s/*/segments/*',
        '/infra/tier-1s/*/segments/*/ports/*',
        '/infra/tier-1s/*/segments/*/ports/*/port-security-profile-binding-maps/*',
        '/infra/segments/*',
        '/infra/segments/*/ports/*/port-discovery-profile-binding-maps/*',
        '/infra/segments/*/ports/*/port-qos-profile-binding-maps/*',
        '/infra/segments/*/segment-discovery-profile-binding-maps/*',
        '/infra/segments/*/segment-qos-profile-binding-maps/*',
        '/infra/segments/*/segment-security-profile-binding-maps/*',
        '/infra/segments/*/dhcp-static-binding-configs/*',
        '/infra/routing-config/prefix-lists/*',
        '/infra/bfd-profiles/*',
        '/infra/ipv6-ndra-profiles/*',
        '/infra/ipv6-dad-profiles/*',
        '/infra/gateway-qos-profiles/*',
        '/infra/dhcp-server-configs/*',
        '/infra/dhcp-relay-configs/*',
        '/infra/dns-forwarder-zones/*',
        '/infra/metadata-proxies/*',
        '/infra/ip-discovery-profiles/*',
        '/infra/mac-discovery-profiles/*',
        '/infra/qos-profiles/*',
        '/infra/spoofguard-profiles/*',
        '/infra/segment-security-profiles/*',
      ]),
    );
  });

  it('keeps what belongs to one kind of gateway away from the other', () => {
    expect(registry.locate('/infra/tier-1s/gw/locale-services/default/bgp')).toBeUndefined();
    expect(registry.locate('/infra/tier-1s/gw/static-routes/bfd-peers/peer')).toBeUndefined();
    expect(registry.locate('/infra/tier-0s/gw/segments/web')).toBeUndefined();
    expect(registry.locate('/infra/tier-0s/gw/locale-services/default/interfaces/up')?.place.definition.name).toBe('Tier0Interface');
    expect(registry.locate('/infra/tier-1s/gw/locale-services/default/interfaces/up')?.place.definition.name).toBe('Tier1Interface');
  });

  it('knows the wrappers of hierarchical bodies, also where their names are odd', () => {
    for (const [wrapper, type, field] of [
      ['ChildSegment', 'Segment', 'Segment'],
      ['ChildSegmentQoSProfileBindingMap', 'SegmentQoSProfileBindingMap', 'SegmentQoSProfileBindingMap'],
      ['ChildPortQoSProfileBindingMap', 'PortQoSProfileBindingMap', 'PortQoSProfileBindingMap'],
      ['ChildQoSProfile', 'QoSProfile', 'QoSProfile'],
      ['ChildStaticRouteBfdPeer', 'StaticRouteBfdPeer', 'BfdPeer'],
      ['ChildDhcpStaticBindingConfig', 'DhcpStaticBindingConfig', 'DhcpStaticBindingConfig'],
      ['ChildBgpRoutingConfig', 'BgpRoutingConfig', 'BgpRoutingConfig'],
    ] as const) {
      expect(registry.findWrapper(wrapper), wrapper).toMatchObject({ name: type, wrapper: { field } });
    }
  });

  it('does not let clients delete what exists with its parent', () => {
    for (const type of ['BgpRoutingConfig', 'OspfRoutingConfig', 'SecurityFeatures', 'Tier0SecurityFeatures', 'PolicyNat', 'Infra']) {
      for (const place of registry.get(type).places) expect(verbsOf(place), type).not.toContain('DELETE');
    }
  });
});

describe('the default objects of networking', () => {
  it('have places, come after their parents, and are named once', () => {
    const seen = new Set<string>();
    for (const { path } of DEFAULT_NETWORKING) {
      const located = registry.locate(path);
      expect(located, path).toBeDefined();
      if (located?.parentPath !== undefined) expect(seen, path).toContain(located.parentPath);
      expect(seen).not.toContain(path);
      seen.add(path);
    }
  });
});
