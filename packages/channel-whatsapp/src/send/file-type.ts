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
  "3gp": "video/3gpp",
  webm: "video/webm",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  wav: "audio/wav",
  flac: "audio/flac",
  aac: "audio/aac",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  json: "application/json",
  zip: "application/zip",
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
  [/^%PDF/, "application/pdf"],
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
