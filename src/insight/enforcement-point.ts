/** The one enforcement point, which all nodes belong to, and its site. */
export const ENFORCEMENT_POINT = '/infra/sites/default/enforcement-points/default';
export const SITE = '/infra/sites/default';
