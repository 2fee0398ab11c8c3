const linkProtocols = new Set(["http:", "https:", "mailto:"]);

/** An address a reader may follow; undefined for scripts, files and everything else. */
export function safeLink(address: string | undefined): string | undefined {
  if (!address) return undefined;
  // Without an own protocol it is relative to the page, which is harmless.
  const protocol = /^\s*([a-z][a-z0-9+.-]*:)/i.exec(address)?.[1]?.toLowerCase();
  if (protocol === undefined) return /^[\s/\\]*[/\\]{2}/.test(address) ? undefined : address;
  return linkProtocols.has(protocol) && URL.canParse(address) ? address : undefined;
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
