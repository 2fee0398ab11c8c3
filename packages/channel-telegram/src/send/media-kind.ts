/** How a file is sent. */
export type OutgoingKind = "animation" | "photo" | "video" | "audio" | "voice" | "document";

/** The kind a file has by its type; sound becomes a voice note only when it is asked for and its format is that of one. */
export function outgoingKind(
  file: { mimeType: string; fileName: string },
  wish: { asVoice?: boolean | undefined; gifPlayback?: boolean | undefined },
): OutgoingKind {
  const type = file.mimeType.toLowerCase();
  if (type === "image/gif" || (wish.gifPlayback && type === "video/mp4")) return "animation";
  // Drawings are no pictures to the service.
  if (type.startsWith("image/") && !type.includes("svg")) return "photo";
  if (type.startsWith("video/")) return "video";
  if (wish.asVoice && isVoiceFormat(file)) return "voice";
  return type.startsWith("audio/") ? "audio" : "document";
}

/** Whether the service plays a file as a voice note. */
export function isVoiceFormat({ mimeType, fileName }: { mimeType: string; fileName: string }): boolean {
  return /ogg|opus/i.test(mimeType) || /\.(oga|ogg|opus)$/i.test(fileName);
}

const types: Readonly<Record<string, string>> = {
  gif: "image/gif",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  heic: "image/heic",
  svg: "image/svg+xml",
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  wav: "audio/wav",
  flac: "audio/flac",
  aac: "audio/aac",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  opus: "audio/opus",
};

/** Beginnings of files whose name says nothing. */
const signatures: readonly [RegExp, string][] = [
  [/^GIF8/, "image/gif"],
  [/^\x89PNG/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^RIFF[\s\S]{4}WEBP/, "image/webp"],
  [/^OggS/, "audio/ogg"],
  [/^ID3|^\xff[\xfb\xf3\xf2]/, "audio/mpeg"],
  [/^[\s\S]{4}ftyp/, "video/mp4"],
];

/** The type of a file, by what it was said to be, its name, or how it begins. */
export function fileType(file: { declared?: string | undefined; fileName: string; head: Uint8Array }): string {
  const declared = file.declared?.split(";")[0]?.trim().toLowerCase();
  if (declared && declared !== "application/octet-stream") return declared;
  const extension = /\.([a-z0-9]+)$/i.exec(file.fileName)?.[1]?.toLowerCase();
  const named = extension === undefined ? undefined : types[extension];
  if (named !== undefined) return named;
  const head = Buffer.from(file.head.subarray(0, 16)).toString("latin1");
  return signatures.find(([pattern]) => pattern.test(head))?.[1] ?? "application/octet-stream";
}
