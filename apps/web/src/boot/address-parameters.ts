/** What the page's address asks for. */
export interface AddressParameters {
  /** From the fragment only. */
  token?: string;
  /** From the fragment only; never stored. */
  password?: string;
  session?: string;
  /** Another Gateway the address names. The page never connects there by itself. */
  gatewayUrl?: string;
  /** A token or password stood in the query, where servers and proxies log it; it was not used. */
  secretInQuery: boolean;
}

const secrets = ["token", "password"] as const;

/**
 * Reads the parameters of an address and says what the address is without those that must not stay in it. Secrets
 * count only in the fragment, which browsers do not send; a secret in the query is removed and ignored.
 */
export function readAddress(address: URL): { parameters: AddressParameters; cleaned: URL } {
  const cleaned = new URL(address);
  const fragment = new URLSearchParams(address.hash.replace(/^#\??/, ""));
  const query = cleaned.searchParams;
  const secretInQuery = secrets.some((name) => query.has(name));

  const session = nonEmpty(fragment.get("session") ?? query.get("session"));
  const gatewayUrl = nonEmpty(fragment.get("gatewayUrl") ?? query.get("gatewayUrl"));
  const token = nonEmpty(fragment.get("token"));
  const password = nonEmpty(fragment.get("password"));

  for (const name of [...secrets, "gatewayUrl"]) {
    query.delete(name);
    fragment.delete(name);
  }
  if (fragment.has("session")) {
    fragment.delete("session");
    if (session) query.set("session", session);
  }
  // Rewritten only when something was in it: an anchor such as `#top` is no parameter list.
  if (address.hash.includes("=")) cleaned.hash = fragment.toString();
  return {
    cleaned,
    parameters: {
      ...(token ? { token } : {}),
      ...(password ? { password } : {}),
      ...(session ? { session } : {}),
      ...(gatewayUrl ? { gatewayUrl } : {}),
      secretInQuery,
    },
  };
}

/**
 * The address of another Gateway's own page, to be offered as a link; undefined when the named Gateway is this one or
 * the text is no address of a Gateway.
 */
export function otherGatewayPage(gatewayUrl: string, page: { host: string }): string | undefined {
  if (!URL.canParse(gatewayUrl)) return undefined;
  const url = new URL(gatewayUrl);
  const protocol = { "ws:": "http:", "wss:": "https:", "http:": "http:", "https:": "https:" }[url.protocol];
  if (!protocol || url.host === page.host) return undefined;
  return `${protocol}//${url.host}${url.pathname.replace(/\/*$/, "/")}`;
}

function nonEmpty(text: string | null): string | undefined {
  return text?.trim() || undefined;
}
