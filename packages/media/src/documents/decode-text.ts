/** As much of a file as shows how it is written. */
const sampleBytes = 4096;
/** More control characters than this share are no text. */
const maxControlShare = 0.01;

/**
 * Reads bytes as text: UTF-8 or UTF-16, with or without a byte order mark, else Windows-1252. Undefined for what is no text.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const encoding = encodingOf(bytes);
  if (encoding === undefined) return undefined;
  const text = new TextDecoder(encoding).decode(bytes);
  return isReadable(text) ? text : undefined;
}

function encodingOf(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (bytes.includes(0)) return utf16Order(bytes.subarray(0, sampleBytes));
  return isUtf8(bytes) ? "utf-8" : "windows-1252";
}

/** Text that is mostly Latin has its zeros on one side of each pair. */
function utf16Order(sample: Uint8Array): string | undefined {
  const pairs = Math.floor(sample.length / 2);
  let high = 0;
  let low = 0;
  for (let at = 0; at < pairs * 2; at += 2) {
    if (sample[at] === 0) high += 1;
    if (sample[at + 1] === 0) low += 1;
  }
  if (low > pairs * 0.3 && high === 0) return "utf-16le";
  if (high > pairs * 0.3 && low === 0) return "utf-16be";
  return undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function isReadable(text: string): boolean {
  // Among them are the C1 characters, which is what Windows-1252 makes of bytes it does not have.
  const controls = text.match(/[^\P{Cc}\s]|\ufffd/gu)?.length ?? 0;
  return controls <= text.length * maxControlShare;
}
