/** What a request brings along to say who sends it. */
export interface Credentials {
  readonly basic?: { readonly user: string; readonly password: string };
  /** `true`: there is an Authorization header that is not understood. */
  readonly unreadable: boolean;
  readonly session?: string;
  readonly token?: string;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads the Authorization, Cookie and X-XSRF-TOKEN headers. */
export function credentialsOf(headers: Headers): Credentials {
  const authorization = single(headers.authorization);
  const basic = authorization === undefined ? undefined : basicOf(authorization);
  return {
    basic,
    unreadable: authorization !== undefined && basic === undefined,
    session: sessionOf(single(headers.cookie) ?? ''),
    token: single(headers['x-xsrf-token']),
  };
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

/** RFC 7617: UTF-8 text, the first colon ends the user's name. */
function basicOf(header: string): Credentials['basic'] {
  const encoded = /^Basic +([A-Za-z0-9+/_=-]+) *$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The last JSESSIONID counts; a client may leave the final semicolon in the header. */
function sessionOf(header: string): string | undefined {
  let id: string | undefined;
  for (const part of header.split(';')) {
    const [name, value] = part.split('=', 2);
    if (name?.trim() === 'JSESSIONID' && value !== undefined) id = value.trim().replace(/^"(.*)"$/, '$1');
  }
  return id;
}
