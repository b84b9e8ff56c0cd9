/** A feature of the intent that HAProxy cannot do: the balancer that asks for it is refused with this reason. */
export class Unsupported extends Error {}

/** A text as one word of HAProxy's configuration, whatever is in it. @throws Unsupported for what would end the line */
export function word(text: string): string {
  if (/[\0\r\n]/.test(text)) throw new Unsupported(`a line break cannot be in ${JSON.stringify(text)}`);
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A name of a header or cookie as it stands in a line, also within another word: a `#` would begin a comment. @throws Unsupported */
export function token(name: string): string {
  if (!/^[A-Za-z0-9!#$&*+.^_`|~-]+$/.test(name)) throw new Unsupported(`${JSON.stringify(name)} is no name of a header or cookie`);
  return name.replaceAll('#', '\\#');
}

/** A duration in HAProxy's form. */
export function seconds(count: number): string {
  return `${count}s`;
}

/** What variables of the API hold, as HAProxy fetches it. The names are those of NSX-T, which are those of nginx. */
const BUILT_IN: Readonly<Record<string, string>> = {
  _args: 'query',
  _query_string: 'query',
  _host: 'req.hdr(host),field(1,:)',
  _remote_addr: 'src',
  _remote_port: 'src_port',
  _request_method: 'method',
  _request_uri: 'pathq',
  _server_addr: 'dst',
  _server_port: 'dst_port',
  _server_protocol: "req.ver,regsub('^','HTTP/')",
  _ssl_server_name: 'ssl_fc_sni',
  _ssl_cipher: 'ssl_fc_cipher',
  _ssl_protocol: 'ssl_fc_protocol',
  _ssl_client_i_dn: 'ssl_c_i_dn',
  _ssl_client_s_dn: 'ssl_c_s_dn',
  _uri: 'path',
};

/**
 * A text with variables as a log-format of HAProxy, in one word: `https://$_host$_uri` becomes
 * `'https://%[req.hdr(host),field(1,:)]%[path]'`. Variables that are not built in are those that rules set.
 */
export function template(text: string): string {
  const parts = text.split(/\$\{?([A-Za-z_]\w*)\}?/);
  return word(parts.map((part, index) => (index % 2 === 0 ? part.replaceAll('%', '%%') : `%[${fetchOf(part)}]`)).join(''));
}

function fetchOf(variable: string): string {
  const known = BUILT_IN[variable];
  if (known) return known;
  if (variable === '_scheme') return 'ssl_fc,iif(https,http)';
  const [, kind, name] = /^_(http|cookie|arg)_(\w+)$/.exec(variable) ?? [];
  if (kind === 'http') return `req.hdr(${(name as string).replaceAll('_', '-')})`;
  if (kind === 'cookie') return `req.cook(${name})`;
  if (kind === 'arg') return `url_param(${name})`;
  if (variable.startsWith('_')) throw new Unsupported(`the variable $${variable} is not known`);
  return `var(${variableName(variable)})`;
}

/** Where a variable that rules set is kept, for the length of one request and its answer. */
export function variableName(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Unsupported(`${JSON.stringify(name)} is no name of a variable`);
  return `txn.user_${name}`;
}
