const linkProtocols = new Set(["http:", "https:", "mailto:"]);

/**
 * An address a reader may follow: a page elsewhere, a mail address, a place in the same text. Undefined for scripts, and
 * for relative addresses: they mean files of the assistant's workspace, not pages of the Gateway.
 */
export function safeLink(address: string | undefined): string | undefined {
  if (!address) return undefined;
  if (address.startsWith("#")) return address;
  return URL.canParse(address) && linkProtocols.has(new URL(address).protocol) ? address : undefined;
}

/**
 * An image the page may load by itself: data it already has, or a file of its own Gateway. An image elsewhere would tell
 * its server who reads what.
 */
export function safeImage(address: string | undefined, origin: string): string | undefined {
  if (!address) return undefined;
  if (/^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=]+$/i.test(address)) return address;
  if (/^data:/i.test(address) || !URL.canParse(address, origin)) return undefined;
  const url = new URL(address, origin);
  return url.origin === origin && (url.protocol === "http:" || url.protocol === "https:") ? url.href : undefined;
}
