import crypto from "node:crypto";
import { z } from "zod";
import type { EdgeConfig } from "../speech-config.ts";
import { defaultEdgeFormat } from "../speech-format.ts";
import { edgeHeaders, edgeServiceUrl, edgeSettings, edgeText, edgeUrl, readEdgeMessage } from "./edge-protocol.ts";
import { SpeechRequestError } from "./speech-request.ts";

const origin = "chrome-extension://jdiccldimpdaibmpdkjnbmckianbfold";
/** Far above what the longest text takes. */
const maxSoundBytes = 50 * 1024 * 1024;
/** The service counts in tenths of microseconds. */
const ticksPerMs = 10_000;

export interface EdgeSpeechRequest {
  text: string;
  config: EdgeConfig;
  format: string;
  /** Address of the service; default Microsoft's. */
  url?: string | undefined;
  now: number;
  signal: AbortSignal;
}

/** A part of the text and when it is said, ms. */
export interface Subtitle {
  part: string;
  start: number;
  end: number;
}

export interface EdgeSound {
  bytes: Buffer;
  format: string;
  /** Where `saveSubtitles` asks for them. */
  subtitles: readonly Subtitle[] | undefined;
}

const metadata = z.object({
  Metadata: z.array(
    z.object({ Data: z.object({ Offset: z.number(), Duration: z.number(), text: z.object({ Text: z.string() }) }) }),
  ),
});

/** Speaks over the service that Microsoft Edge reads pages aloud with. It needs no key; a format it refuses is replaced once. */
export async function speakEdge(request: EdgeSpeechRequest): Promise<EdgeSound> {
  try {
    return await speak(request, request.format);
  } catch (error) {
    if (request.format === defaultEdgeFormat || request.signal.aborted) throw error;
    return speak(request, defaultEdgeFormat);
  }
}

async function speak(request: EdgeSpeechRequest, format: string): Promise<EdgeSound> {
  const { config, signal } = request;
  signal.throwIfAborted();
  const { WebSocket } = await import("ws");
  const agent =
    config.proxy === undefined ? undefined : new (await import("https-proxy-agent")).HttpsProxyAgent(config.proxy);
  const socket = new WebSocket(edgeUrl(request.url ?? edgeServiceUrl, request.now), {
    origin,
    headers: edgeHeaders(),
    ...(agent === undefined ? {} : { agent }),
  });
  const wantsWords = config.saveSubtitles === true;
  const chunks: Buffer[] = [];
  const subtitles: Subtitle[] = [];
  let size = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      socket.on("error", (error) => reject(new SpeechRequestError(error.message)));
      socket.on("close", (code, reason) => {
        const why = reason.toString("utf8").trim();
        reject(new SpeechRequestError(`the service closed the connection (${code}${why === "" ? "" : `: ${why}`})`));
      });
      socket.on("open", () => {
        socket.send(edgeSettings(format, wantsWords));
        socket.send(edgeText(crypto.randomBytes(16).toString("hex"), request.text, voiceOf(config)));
      });
      socket.on("message", (data, isBinary) => {
        const { path, body } = readEdgeMessage(asBuffer(data), isBinary);
        if (path === "audio" && isBinary) {
          size += body.length;
          if (size > maxSoundBytes) reject(new SpeechRequestError("the sound is too large"));
          else chunks.push(body);
        } else if (path === "audio.metadata" && wantsWords) subtitles.push(...readSubtitles(body));
        else if (path === "turn.end") resolve();
      });
    });
  } finally {
    // Also while it is still connecting; what it then reports is of no interest.
    socket.removeAllListeners();
    socket.on("error", () => {});
    socket.terminate();
  }
  if (size === 0) throw new SpeechRequestError(`the service sent no sound in the format ${format}`);
  return { bytes: Buffer.concat(chunks), format, subtitles: wantsWords ? subtitles : undefined };
}

function voiceOf({ voice, lang, rate, pitch, volume }: EdgeConfig) {
  return { voice: voice?.trim() || "en-US-MichelleNeural", lang: lang?.trim() || "en-US", rate, pitch, volume };
}

function readSubtitles(body: Buffer): Subtitle[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    // Subtitles are an extra: the sound is worth having without them.
    return [];
  }
  return (metadata.safeParse(value).data?.Metadata ?? []).map(({ Data: { Offset, Duration, text } }) => ({
    part: text.Text,
    start: Math.floor(Offset / ticksPerMs),
    end: Math.floor((Offset + Duration) / ticksPerMs),
  }));
}

function asBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
