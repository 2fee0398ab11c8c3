import type { OpenClawConfig } from "@openclaw/config";
import type { InboundChat, InboundMessage, InboundSender, MediaKind, MessageLocation } from "@openclaw/plugin-sdk";
import { promptTimeFormat } from "../pipeline/prompt-body.ts";

/** Writes the header of messages: `[Telegram Ada id:42 +5m Mon 2026-02-09 08:53 UTC]`. */
export interface Envelopes {
  header(envelope: Envelope): string;
}

export interface Envelope {
  /** Name of the channel. */
  channel: string;
  /** Who, or which chat. */
  from: string;
  /** When it was written, ms since the epoch. */
  at: number;
  /** When the session was last used, ms since the epoch. */
  previousAt?: number | undefined;
}

export function createEnvelopes(options: { config(): OpenClawConfig; hostTimeZone: string }): Envelopes {
  let format = { zone: "", write: (_at: number): string => "" };
  return {
    header({ channel, from, at, previousAt }) {
      const defaults = options.config().agents?.defaults;
      const zone = zoneOf(defaults?.envelopeTimezone, defaults?.userTimezone, options.hostTimeZone);
      if (format.zone !== zone) format = { zone, write: timeFormat(zone) };
      const elapsed =
        defaults?.envelopeElapsed === "off" || previousAt === undefined || at < previousAt
          ? []
          : [`+${shortDuration(at - previousAt)}`];
      const time = defaults?.envelopeTimestamp === "off" ? [] : [format.write(at)];
      return `[${[channel, from, ...elapsed, ...time].map(oneLine).join(" ")}]`;
    },
  };
}

const utcZones = new Set(["utc", "gmt"]);

/** `local` and nothing mean the zone of the machine; an unknown zone means UTC. */
export function zoneOf(wanted: string | undefined, userZone: string | undefined, hostZone: string): string {
  const name = (wanted ?? "local").trim();
  if (utcZones.has(name.toLowerCase())) return "utc";
  const zone =
    name.toLowerCase() === "local" ? hostZone : name.toLowerCase() === "user" ? (userZone ?? hostZone) : name;
  try {
    Intl.DateTimeFormat("en-US", { timeZone: zone });
    return zone;
  } catch {
    return "utc";
  }
}

function timeFormat(zone: string): (at: number) => string {
  if (zone !== "utc") return promptTimeFormat(zone);
  const weekday = new Intl.DateTimeFormat("en-US", { timeZone: "UTC", weekday: "short" });
  return (at) => `${weekday.format(at)} ${new Date(at).toISOString().slice(0, 16)}Z`;
}

function shortDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A name somebody chose must not look like the end of a header. */
function oneLine(text: string): string {
  return text
    .replace(/[\r\n]+/g, " ")
    .replaceAll("[", "(")
    .replaceAll("]", ")");
}

/** How a sender is shown: name and id, or whichever there is. */
export function senderLabel({ label, name, username, tag, e164, id }: InboundSender): string {
  if (label !== undefined) return label;
  const shown = name ?? username ?? tag;
  const idPart = e164 ?? id;
  return shown === undefined || shown === idPart ? idPart : `${shown} (${idPart})`;
}

/** How a chat is shown in a header. */
export function chatLabel(chat: InboundChat, sender: InboundSender): string {
  if (chat.label !== undefined) return chat.label;
  const id = chat.peerId ?? chat.id;
  if (chat.kind === "direct") {
    const name = sender.name ?? sender.username;
    return name === undefined || name === sender.id ? sender.id : `${name} id:${sender.id}`;
  }
  const title = chat.title ?? chat.handle;
  const topic = chat.threadKind === "topic" && chat.threadId !== undefined ? ` topic:${chat.threadId}` : "";
  return title === undefined || title === id ? `${id}${topic}` : `${title} id:${id}${topic}`;
}

/** What a message says, with words for what is no text. */
export function bodyText(message: Pick<InboundMessage, "text" | "attachments" | "location">): string {
  const parts = [message.location === undefined ? "" : locationText(message.location), message.text].filter(Boolean);
  if (parts.length > 0) return parts.join("\n");
  return placeholder(message.attachments ?? []);
}

function placeholder(attachments: NonNullable<InboundMessage["attachments"]>): string {
  const [first] = attachments;
  if (first === undefined) return "";
  const kind = mediaKind(first);
  const alike = attachments.length > 1 && attachments.every((each) => mediaKind(each) === kind);
  return `<media:${kind}>${alike ? ` (${attachments.length} ${kind}s)` : ""}`;
}

function mediaKind({ kind, mimeType }: { kind?: MediaKind; mimeType?: string }): MediaKind {
  if (kind !== undefined) return kind;
  const [family] = (mimeType ?? "").split("/");
  if (family === "image" || family === "video" || family === "audio") return family;
  return mimeType === undefined ? "attachment" : "document";
}

function locationText({ latitude, longitude, accuracy, name, address, live }: MessageLocation): string {
  const around = accuracy === undefined ? "" : ` ±${Math.round(accuracy)}m`;
  const at = `${latitude.toFixed(6)}, ${longitude.toFixed(6)}${around}`;
  if (live) return `🛰 Live location: ${at}`;
  const place = [name, address].filter(Boolean).join(" — ");
  return place === "" ? `📍 ${at}` : `📍 ${place} (${at})`;
}

/** What stands behind a message that answers another one. */
export function contextText({ replyTo }: Pick<InboundMessage, "replyTo">): string {
  if (replyTo?.context !== undefined) return replyTo.context;
  if (replyTo?.text === undefined || replyTo.text === "") return "";
  const who = oneLine(`${replyTo.sender ?? "somebody"}${replyTo.id === undefined ? "" : ` id:${replyTo.id}`}`);
  return replyTo.isQuote
    ? `[Quoting ${who}]\n"${replyTo.text}"\n[/Quoting]`
    : `[Replying to ${who}]\n${replyTo.text}\n[/Replying]`;
}

/** What stands in front of a text that was forwarded. */
export function forwardText({ forwardedFrom }: Pick<InboundMessage, "forwardedFrom">): string {
  if (forwardedFrom === undefined) return "";
  const { label, at } = forwardedFrom;
  return `[Forwarded from ${oneLine(label)}${at === undefined ? "" : ` at ${new Date(at).toISOString()}`}]\n`;
}
