/** What kind of text a body is; undefined for anything that is no text. */
export type BodyKind = "html" | "json" | "text";

const htmlTypes = new Set(["text/html", "application/xhtml+xml"]);
const textTypes =
  /^(?:text\/[\w.+-]+|application\/(?:xml|javascript|x-javascript|ecmascript|x-ndjson|jsonl|yaml|x-yaml|toml|sql|graphql|x-sh|rtf|x-www-form-urlencoded|[\w.-]+\+(?:xml|yaml)))$/;

/** The media type of a `Content-Type` header in lower case; undefined when there is none that is well formed. */
export function mediaType(header: string | undefined): string | undefined {
  const type = header?.split(";", 1)[0]?.trim().toLowerCase();
  return type !== undefined && /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type) ? type : undefined;
}

export function bodyKind(type: string): BodyKind | undefined {
  if (htmlTypes.has(type)) return "html";
  if (type === "application/json" || type.endsWith("+json") || type === "text/json") return "json";
  return textTypes.test(type) ? "text" : undefined;
}

/** The type of a body whose server does not say. */
export function sniffedType(bytes: Uint8Array): string {
  if (isBinary(bytes)) return "application/octet-stream";
  const start = new TextDecoder().decode(bytes.subarray(0, 512)).trimStart().toLowerCase();
  if (/^<(?:!doctype html|html|head|body)/.test(start)) return "text/html";
  return start.startsWith("{") || start.startsWith("[") ? "application/json" : "text/plain";
}

/** Text has no zero bytes, unless it is UTF-16, which begins with a byte order mark. */
export function isBinary(bytes: Uint8Array): boolean {
  return byteOrderMark(bytes) === undefined && bytes.subarray(0, 8192).includes(0);
}

/** Decodes by byte order mark, header, `<meta charset>` of the page, else as UTF-8. */
export function decodeBody(bytes: Uint8Array, header: string | undefined, kind: BodyKind): string {
  const named = /charset\s*=\s*["']?([\w.:-]+)/i.exec(header ?? "")?.[1];
  const labels = [byteOrderMark(bytes), named, kind === "html" ? declaredCharset(bytes) : undefined];
  for (const label of labels) {
    const decoder = label === undefined ? undefined : decoderFor(label);
    if (decoder !== undefined) return decoder.decode(bytes);
  }
  return new TextDecoder().decode(bytes);
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf-8" : undefined;
}

/** Browsers look for it in the first 1024 bytes. */
function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  return /<meta[^<>]{0,200}charset\s*=\s*["']?([\w.:-]+)/i.exec(head)?.[1];
}

function decoderFor(label: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(label);
  } catch (error) {
    // A server may name any charset it likes.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
