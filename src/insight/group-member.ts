import { Field } from '../model/field.js';

/** What groups resolve to, as NSX-T shows it. */

export class GroupMember {
  @Field('string', 'Identifier of the member.', { required: true })
  id!: string;

  @Field('string', 'Policy path of the member.', { required: true })
  path!: string;

  @Field('string', 'Name of the member.', { required: true })
  display_name!: string;
}

export class GroupAddressPage {
  @Field('string', 'Addresses.', { required: true, array: true })
  results!: string[];

  @Field('integer', 'Addresses in all pages together.', { required: true })
  result_count!: number;

  @Field('string', 'Where the next page starts; absent on the last.')
  cursor?: string;

  @Field('string', 'Addresses are in their order, whatever is said here.')
  sort_by?: string;

  @Field('boolean', 'Whether the lowest address comes first.')
  sort_ascending?: boolean;
}

export class GroupReference {
  @Field('string', 'Type of what is referred to.', { required: true, enum: ['Group'] })
  target_type!: string;

  @Field('string', 'Policy path of the group.', { required: true })
  path!: string;

  @Field('string', 'Name of the group.', { required: true })
  target_display_name!: string;

  @Field('boolean', 'Whether there is such a group.', { required: true })
  is_valid!: boolean;
}
