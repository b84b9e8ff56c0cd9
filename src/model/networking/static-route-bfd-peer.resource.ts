import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';

@Resource({
  doc: 'A next hop that BFD watches: while it does not answer, static routes through it are taken out.',
  feature: 'networking',
  at: [{ parent: Tier0, collection: 'static-routes/bfd-peers' }],
  child: { field: 'BfdPeer' },
})
export class StaticRouteBfdPeer extends PolicyConfigResource {
  @Field('string', 'Address of the next hop.', { required: true, format: 'ip' })
  peer_address!: string;

  @Field('boolean', 'Whether the next hop is watched.', { default: true })
  enabled?: boolean;

  @Field('string', 'Policy path of the BFD profile; that of the locale services where none is named.', { refs: { to: ['BfdProfile'] } })
  bfd_profile_path?: string;

  @Field('string', 'Uplink addresses that watch; all that reach the next hop where none are named.', { array: true, maxItems: 8, format: 'ip' })
  source_addresses?: string[];

  @Field('string', 'Policy paths of the locale services whose edges watch; all where none are named.', { array: true, refs: { to: ['LocaleServices'] } })
  scope?: string[];
}
