import { createHash } from "node:crypto";

/** What the browser sends; the service wants to see it. */
const clientToken = "6A5AA1D4EAFF4E9FB37E23D68491D6F4";
const browserVersion = "143.0.3650.75";
/** Seconds from 1601, where the service's clock begins, to 1970. */
const epochSeconds = 11_644_473_600;
/** The service accepts a stamp for five minutes. */
const stampSeconds = 300;

export const edgeServiceUrl = "wss://speech.platform.bing.com/consumer/speech/synthesize/readaloud/edge/v1";

/** The address of a connection, with the stamp that belongs to the time. */
export function edgeUrl(base: string, now: number): string {
  const seconds = Math.floor(now / 1000) + epochSeconds;
  const ticks = BigInt(seconds - (seconds % stampSeconds)) * 10_000_000n;
  const stamp = createHash("sha256").update(`${ticks}${clientToken}`, "ascii").digest("hex").toUpperCase();
  const url = new URL(base);
  url.searchParams.set("TrustedClientToken", clientToken);
  url.searchParams.set("Sec-MS-GEC", stamp);
  url.searchParams.set("Sec-MS-GEC-Version", `1-${browserVersion}`);
  return url.href;
}

export function edgeHeaders(): Record<string, string> {
  const major = browserVersion.split(".", 1)[0];
  const engine = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
  return {
    "user-agent": `${engine} Chrome/${major}.0.0.0 Safari/537.36 Edg/${major}.0.0.0`,
    "accept-language": "en-US,en;q=0.9",
    "cache-control": "no-cache",
    pragma: "no-cache",
  };
}

/** The first message: what is wanted back. */
export function edgeSettings(outputFormat: string, words: boolean): string {
  const audio = {
    metadataoptions: { sentenceBoundaryEnabled: "false", wordBoundaryEnabled: String(words) },
    outputFormat,
  };
  return message(
    { "Content-Type": "application/json; charset=utf-8", Path: "speech.config" },
    JSON.stringify({ context: { synthesis: { audio } } }),
  );
}

export interface EdgeVoice {
  voice: string;
  lang: string;
  rate: string | undefined;
  pitch: string | undefined;
  volume: string | undefined;
}

/** The second message: what is to be said, and how. */
export function edgeText(requestId: string, text: string, how: EdgeVoice): string {
  const { rate = "default", pitch = "default", volume = "default" } = how;
  const prosody = `<prosody rate="${escaped(rate)}" pitch="${escaped(pitch)}" volume="${escaped(volume)}">`;
  const voice = `<voice name="${escaped(how.voice)}">${prosody}${escaped(text)}</prosody></voice>`;
  const names = 'xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="https://www.w3.org/2001/mstts"';
  return message(
    { "X-RequestId": requestId, "Content-Type": "application/ssml+xml", Path: "ssml" },
    `<speak version="1.0" ${names} xml:lang="${escaped(how.lang)}">${voice}</speak>`,
  );
}

/** A message of the service: the path in its head, and what follows. */
export function readEdgeMessage(data: Buffer, isBinary: boolean): { path: string; body: Buffer } {
  // Binary messages begin with the length of their head in two bytes.
  const headLength = isBinary && data.length >= 2 ? data.readUInt16BE(0) : undefined;
  const end = headLength === undefined ? data.indexOf("\r\n\r\n") : 2 + headLength;
  const head = data.subarray(headLength === undefined ? 0 : 2, end < 0 ? data.length : end).toString("utf8");
  const body = end < 0 ? Buffer.alloc(0) : data.subarray(headLength === undefined ? end + 4 : end);
  return { path: /^Path:[ \t]*(\S+)/im.exec(head)?.[1]?.toLowerCase() ?? "", body };
}

function message(head: Record<string, string>, body: string): string {
  const lines = Object.entries(head).map(([name, value]) => `${name}:${value}`);
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "<": "lt", ">": "gt", "&": "amp", '"': "quot", "'": "apos" };
  // Control characters are not allowed in XML at all.
  return text.replace(/[^\P{Cc}\t\n\r]/gu, " ").replace(/[<>&"']/g, (sign) => `&${names[sign]};`);
}
