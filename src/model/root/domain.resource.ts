import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from './infra.resource.js';

@Resource({
  doc: 'A part of the network whose groups and firewall policies belong together; `default` is the one that always exists.',
  feature: 'security',
  at: [{ parent: Infra, collection: 'domains' }],
})
export class Domain extends PolicyConfigResource {}
