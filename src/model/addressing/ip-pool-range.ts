import { Field } from '../field.js';

/** Addresses from `start` to `end`, both included. */
export class IpPoolRange {
  @Field('string', 'First address.', { required: true, format: 'ip' })
  start!: string;

  @Field('string', 'Last address.', { required: true, format: 'ip' })
  end!: string;
}
