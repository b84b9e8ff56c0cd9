import fc from 'fast-check';
import type { Json } from '../../src/model/body.js';
import { type FieldFacts, fieldsOf, type StructClass } from '../../src/model/field.js';
import { type Definition, type Place, Registry, verbsOf } from '../../src/model/registry.js';
import { arbitraryBody, type Extent, fieldsIn, type Surroundings } from './arbitrary-object.js';

/** How objects get into the world: as a client writes them, and as the system does where clients may not. */
export interface Creator {
  exists(path: string): boolean;
  create(path: string, body: Json): Promise<void>;
  seed(path: string): Promise<void>;
}

/**
 * The objects that a test needs around the one it looks at: parents, and targets of references. Each is made when it is first
 * asked for, from the least that its type takes, and stays.
 */
export class World {
  private readonly made = new Map<string, Promise<string>>();
  private serial = 0;

  constructor(
    private readonly registry: Registry,
    private readonly creator: Creator,
  ) {}

  /** A number that no object of this world has in its id yet. */
  readonly next = (): number => {
    this.serial += 1;
    return this.serial;
  };

  /** Path of an object at a place, of the first type that may be there unless another one is wanted. */
  at(place: Place, variant: Definition = place.definition.variants[0] ?? place.definition): Promise<string> {
    return this.once(`${place.template} ${variant.name}`, () => this.make(place, variant));
  }

  /** What a body of a type, below a parent, may refer to. */
  async around(definition: Definition, parentPath: string, extent: Extent = 'all'): Promise<Surroundings> {
    const targets = new Map<string, readonly string[]>();
    for (const type of referredTypes(fieldsIn(definition, extent), extent)) targets.set(type, await this.targets(type));
    return { parentPath, targets: (type) => targets.get(type) ?? [] };
  }

  /** An object of its own, that nothing else refers to yet. */
  async fresh(type: string): Promise<string> {
    const { place, variant } = this.home(type) ?? fail(`${type} has no place`);
    return this.write(place, variant, await this.parentOf(place));
  }

  /** Where objects of a type are made when something refers to it; undefined for types that are not there yet. */
  home(type: string): { place: Place; variant: Definition } | undefined {
    const definition = this.registry.find(type);
    const [place] = definition?.places ?? [];
    const variant = definition?.variants[0];
    return place && variant ? { place, variant } : undefined;
  }

  /** Two objects of the type, so that a reference can change; one where only one can be. */
  private async targets(type: string): Promise<readonly string[]> {
    const home = this.home(type);
    if (!home) return [];
    const first = await this.at(home.place, home.variant);
    if (!isWritable(home.place) || home.place.singleton || home.variant.fixedIds) return [first];
    return [first, await this.once(`second ${type}`, () => this.fresh(type))];
  }

  private async make(place: Place, variant: Definition): Promise<string> {
    const parentPath = await this.parentOf(place);
    if (isWritable(place) && !place.definition.fixedIds && place.parent) return this.write(place, variant, parentPath);
    const path = Registry.join(parentPath, place, place.definition.fixedIds?.[0] ?? 'made-by-the-system');
    if (!this.creator.exists(path)) await this.creator.seed(path);
    return path;
  }

  private async write(place: Place, variant: Definition, parentPath: string): Promise<string> {
    const id = `${variant.name.toLowerCase()}-${this.next()}`;
    const path = Registry.join(parentPath, place, id);
    const [body] = fc.sample(arbitraryBody(variant, 'least', await this.around(variant, parentPath, 'least')), { numRuns: 1, seed: this.serial });
    await this.creator.create(path, body as Json);
    return path;
  }

  /** Path of the parent's object for a place; empty for a root. */
  async parentOf({ parent }: Place): Promise<string> {
    return parent ? this.at(parent) : '';
  }

  private once(key: string, make: () => Promise<string>): Promise<string> {
    let made = this.made.get(key);
    if (!made) {
      made = make();
      this.made.set(key, made);
    }
    return made;
  }
}

/** Whether clients write objects at a place. */
export function isWritable(place: Place): boolean {
  return !place.definition.internal && verbsOf(place).includes('PATCH');
}

/** Types that fields may refer to, also fields of structures in them. */
function referredTypes(fields: readonly FieldFacts[], extent: Extent, seen: Set<StructClass> = new Set()): Set<string> {
  const types = new Set<string>();
  for (const { refs, structs } of fields) {
    for (const type of refs?.to ?? []) types.add(type);
    for (const inner of structs?.() ?? []) {
      if (seen.has(inner)) continue;
      seen.add(inner);
      const innerFields = fieldsOf(inner).filter(({ readOnly, required }) => !readOnly && (required || extent !== 'least'));
      for (const type of referredTypes(innerFields, extent, seen)) types.add(type);
    }
  }
  return types;
}

function fail(message: string): never {
  throw new Error(message);
}
