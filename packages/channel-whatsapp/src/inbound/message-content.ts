import type { InboundAttachment, MediaKind, MessageLocation } from "@openclaw/plugin-sdk";
import type { proto, WAMessageContent } from "baileys";

/** The words, files and references of one message. */
export interface MessageContent {
  text: string;
  attachment?: Omit<InboundAttachment, "ref" | "path">;
  location?: MessageLocation;
  context?: proto.IContextInfo;
}

/** Reads a message; undefined when there is nothing in it for people. */
export function readContent(message: WAMessageContent | null | undefined): MessageContent | undefined {
  const bare = unwrap(message);
  if (bare === undefined) return undefined;
  const media = mediaOf(bare);
  const location = locationOf(bare);
  const text =
    bare.conversation ||
    bare.extendedTextMessage?.text ||
    media?.caption ||
    location?.caption ||
    contactsText(bare) ||
    "";
  if (text.trim() === "" && media === undefined && location === undefined) return undefined;
  const context = contextOf(bare);
  return {
    text,
    ...(media === undefined ? {} : { attachment: media.attachment }),
    ...(location === undefined ? {} : { location: location.place }),
    ...(context ? { context } : {}),
  };
}

/** What a quoted message is shown as: its text, or what it holds. */
export function quotedText(message: WAMessageContent | null | undefined): string | undefined {
  const content = readContent(message);
  if (content === undefined) return undefined;
  if (content.text.trim() !== "") return content.text;
  if (content.attachment?.kind !== undefined) return `<media:${content.attachment.kind}>`;
  const { location } = content;
  return location && `📍 ${location.latitude.toFixed(6)}, ${location.longitude.toFixed(6)}`;
}

/** Takes off what is only a wrapper: messages that disappear, are seen once, or carry a caption. */
function unwrap(message: WAMessageContent | null | undefined, depth = 0): WAMessageContent | undefined {
  if (!message) return undefined;
  const inner =
    message.ephemeralMessage ??
    message.viewOnceMessage ??
    message.viewOnceMessageV2 ??
    message.viewOnceMessageV2Extension ??
    message.documentWithCaptionMessage;
  return inner?.message && depth < 5 ? unwrap(inner.message, depth + 1) : message;
}

function mediaOf(message: WAMessageContent) {
  const found: [MediaKind, MediaPart | null | undefined][] = [
    ["image", message.imageMessage],
    ["video", message.videoMessage ?? message.ptvMessage],
    ["audio", message.audioMessage],
    ["document", message.documentMessage],
    ["sticker", message.stickerMessage],
  ];
  for (const [kind, part] of found) {
    if (!part) continue;
    const size = part.fileLength === null || part.fileLength === undefined ? Number.NaN : Number(part.fileLength);
    const attachment = {
      kind,
      ...(part.mimetype ? { mimeType: part.mimetype.split(";")[0]?.trim() ?? part.mimetype } : {}),
      ...(part.fileName ? { fileName: part.fileName } : {}),
      ...(Number.isFinite(size) ? { size } : {}),
    };
    return { attachment, caption: part.caption ?? "" };
  }
  return undefined;
}

interface MediaPart {
  mimetype?: string | null;
  fileName?: string | null;
  fileLength?: unknown;
  caption?: string | null;
}

function locationOf({ locationMessage, liveLocationMessage }: WAMessageContent) {
  const found = liveLocationMessage ?? locationMessage;
  const { degreesLatitude: latitude, degreesLongitude: longitude } = found ?? {};
  if (!found || typeof latitude !== "number" || typeof longitude !== "number") return undefined;
  const place: MessageLocation = {
    latitude,
    longitude,
    ...(found.accuracyInMeters ? { accuracy: found.accuracyInMeters } : {}),
    ...(locationMessage?.name ? { name: locationMessage.name } : {}),
    ...(locationMessage?.address ? { address: locationMessage.address } : {}),
    ...(liveLocationMessage || locationMessage?.isLive ? { live: true } : {}),
  };
  return { place, caption: liveLocationMessage?.caption ?? locationMessage?.comment ?? "" };
}

/** Contacts shown in a text at most. */
const SHOWN_CONTACTS = 3;

function contactsText({ contactMessage, contactsArrayMessage }: WAMessageContent): string {
  if (contactMessage) return `<contact: ${contactLabel(contactMessage)}>`;
  const contacts = contactsArrayMessage?.contacts ?? [];
  if (contacts.length === 0) return "";
  const shown = contacts.slice(0, SHOWN_CONTACTS).map(contactLabel);
  const more = contacts.length - shown.length;
  return `<contacts: ${shown.join(", ")}${more > 0 ? ` +${more} more` : ""}>`;
}

function contactLabel({ displayName, vcard }: proto.Message.IContactMessage): string {
  const lines = (vcard ?? "").split(/\r?\n/);
  const name = displayName || lines.find((line) => line.startsWith("FN:"))?.slice(3) || "";
  const numbers = lines.flatMap((line) => {
    if (!/^(?:item\d+\.)?TEL/i.test(line)) return [];
    const value = /waid=(\d+)/i.exec(line)?.[1] ?? line.slice(line.indexOf(":") + 1).replace(/[^\d+]/g, "");
    return value === "" ? [] : [value.startsWith("+") ? value : `+${value}`];
  });
  const [first, ...rest] = numbers;
  const number = first === undefined ? "" : `${first}${rest.length > 0 ? ` (+${rest.length} more)` : ""}`;
  return [name, number].filter((part) => part !== "").join(", ") || "unknown";
}

function contextOf(message: WAMessageContent): proto.IContextInfo | null | undefined {
  return (
    message.extendedTextMessage?.contextInfo ??
    message.imageMessage?.contextInfo ??
    message.videoMessage?.contextInfo ??
    message.audioMessage?.contextInfo ??
    message.documentMessage?.contextInfo ??
    message.stickerMessage?.contextInfo ??
    message.locationMessage?.contextInfo ??
    message.liveLocationMessage?.contextInfo ??
    message.contactMessage?.contextInfo ??
    message.contactsArrayMessage?.contextInfo
  );
}
