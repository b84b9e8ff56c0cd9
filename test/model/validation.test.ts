import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Json, withoutEmpty } from '../../src/model/body.js';
import { declareToClassValidator } from '../../src/model/class-validation.js';
import { registry } from '../../src/model/types.js';
import { validate } from '../../src/model/validator.js';
import { arbitraryBody, type Surroundings } from '../policy/arbitrary-object.js';
import { brokenBodies } from '../policy/broken-body.js';
import { propertyRuns } from '../policy/property-runs.js';

const anywhere: Surroundings = { parentPath: '/infra', targets: (type) => [`/infra/somewhere/${type}`] };
const concrete = registry.definitions.filter(({ abstract }) => !abstract);
for (const { struct } of concrete) declareToClassValidator(struct);

/** What class-validator finds in a body, in its strictest setting; a structure without fields is nothing unknown. */
function found(struct: new () => object, body: Json): string[] {
  const instance = plainToInstance(struct, structuredClone(body));
  return validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false }).map(String);
}

describe('a body of each type', () => {
  describe.each(concrete.map((definition) => ({ definition, name: definition.name })))('$name', ({ definition }) => {
    const struct = definition.struct as unknown as new () => object;

    it('is accepted when it keeps to the field facts, by both validators', () => {
      fc.assert(
        fc.property(
          fc.constantFrom('least' as const, 'some' as const, 'all' as const).chain((extent) => arbitraryBody(definition, extent, anywhere)),
          (given) => {
            const body = withoutEmpty(definition.struct, given);
            expect(validate(definition.struct, body)).toEqual([]);
            expect(found(struct, body)).toEqual([]);
          },
        ),
        propertyRuns(10),
      );
    });

    it('is refused by both when it breaks any one of them, and the answer names the field', () => {
      fc.assert(
        fc.property(arbitraryBody(definition, 'all', anywhere), (valid) => {
          for (const { body: given, field, what, reference } of brokenBodies(definition, valid)) {
            if (reference) continue;
            const body = withoutEmpty(definition.struct, given);
            const problems = validate(definition.struct, body);
            expect(
              problems.map((problem) => problem.field),
              `${what} in ${field}`,
            ).toContain(field);
            for (const { message, status } of problems) {
              expect(status).toBe(400);
              expect(message).toMatch(/^Field .+\.$/);
            }
            expect(found(struct, body), `${what} in ${field}`).not.toEqual([]);
          }
        }),
        propertyRuns(1),
      );
    });
  });
});
