import path from "node:path";
import { endingOfType, essence } from "@openclaw/media/kinds";

/** The usual ending of a type, with its dot; undefined where there is none. */
export function extensionForMime(mime?: string | null): string | undefined {
  const ending = mime ? endingOfType(mime) : undefined;
  return ending === undefined ? undefined : `.${ending}`;
}

/** The ending of a path or address, with its dot and in lower case; undefined without one. */
export function getFileExtension(file?: string | null): string | undefined {
  if (!file) return undefined;
  const name = /^https?:/i.test(file) && URL.canParse(file) ? new URL(file).pathname : file;
  return path.extname(name).toLowerCase() || undefined;
}

/** What a file in the media store was called: `report---<id>.pdf` was `report.pdf`. */
export function extractOriginalFilename(file: string): string {
  const base = path.basename(file);
  if (base === "") return "file.bin";
  const ending = path.extname(base);
  const kept = /^(.+)---[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.exec(path.basename(base, ending));
  return kept?.[1] === undefined ? base : `${kept[1]}${ending}`;
}

/** Whether services take a sound as a voice note. */
export function isVoiceCompatibleAudio(file: { contentType?: string | null; fileName?: string | null }): boolean {
  const type = essence(file.contentType ?? "");
  if (type.includes("ogg") || type.includes("opus")) return true;
  const ending = getFileExtension(file.fileName);
  return ending === ".ogg" || ending === ".oga" || ending === ".opus";
}
