import path from "node:path";

/** What a file is to a person. */
export type MediaKind = "image" | "audio" | "video" | "document";

/** Types by file name ending, of what chat services carry. */
const types: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  heic: "image/heic",
  heif: "image/heif",
  avif: "image/avif",
  bmp: "image/bmp",
  tif: "image/tiff",
  tiff: "image/tiff",
  svg: "image/svg+xml",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  aac: "audio/aac",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  wav: "audio/wav",
  flac: "audio/flac",
  amr: "audio/amr",
  caf: "audio/x-caf",
  aiff: "audio/aiff",
  weba: "audio/webm",
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mkv: "video/x-matroska",
  avi: "video/x-msvideo",
  "3gp": "video/3gpp",
  mpeg: "video/mpeg",
  mpg: "video/mpeg",
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  html: "text/html",
  htm: "text/html",
  json: "application/json",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  epub: "application/epub+zip",
};

/** The ending to use for a type that has several. */
const endings = new Map<string, string>(
  Object.entries(types)
    .reverse()
    .map(([ending, type]) => [type, ending]),
);
for (const [type, ending] of [
  ["audio/mpeg", "mp3"],
  ["audio/ogg", "ogg"],
] as const)
  endings.set(type, ending);

/** The type a file's name says; undefined for endings that are not known. */
export function typeOfName(fileName: string | undefined): string | undefined {
  const ending = path
    .extname(fileName ?? "")
    .slice(1)
    .toLowerCase();
  return Object.hasOwn(types, ending) ? types[ending] : undefined;
}

/** The usual ending of a type, without a dot; undefined where there is none. */
export function endingOfType(mimeType: string): string | undefined {
  return endings.get(essence(mimeType));
}

/** The kind of a file: by its type, else by its name. */
export function mediaKind(mimeType: string | undefined, fileName?: string): MediaKind {
  return kindOfType(mimeType) ?? kindOfType(typeOfName(fileName)) ?? "document";
}

function kindOfType(mimeType: string | undefined): MediaKind | undefined {
  const family = mimeType === undefined ? "" : essence(mimeType).split("/", 1)[0];
  return family === "image" || family === "audio" || family === "video" ? family : undefined;
}

/** A type without its parameters, in lower case. */
export function essence(mimeType: string): string {
  return (mimeType.split(";", 1)[0] ?? "").trim().toLowerCase();
}
