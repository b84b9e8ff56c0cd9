import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonFrames } from '../../../src/agent/ovn/json-frames.js';

it('finds the objects of a stream again, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.array(fc.integer({ min: 1, max: 9 })), (objects, cuts) => {
      const stream = Buffer.from(objects.map((object) => JSON.stringify(object)).join(''));
      const frames = new JsonFrames();
      const found: unknown[] = [];
      let at = 0;
      for (let cut = 0; at < stream.length; cut += 1) {
        const size = cuts[cut % cuts.length] ?? stream.length;
        found.push(...frames.push(stream.subarray(at, at + size)).map((text) => JSON.parse(text)));
        at += size;
      }
      expect(found).toEqual(objects.map((object) => JSON.parse(JSON.stringify(object))));
    }),
  );
});

it('takes braces and quotes in texts for what they are', () => {
  const frames = new JsonFrames();
  expect(frames.push(Buffer.from('{"a":"}\\"{"}{"b":'))).toEqual(['{"a":"}\\"{"}']);
  expect(frames.push(Buffer.from('"é"}'))).toEqual(['{"b":"é"}']);
});
