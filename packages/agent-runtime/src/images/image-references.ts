import { fileURLToPath } from "node:url";

const extensions = "png|jpe?g|gif|webp|bmp|tiff?|heic|heif|avif";
const hasImageExtension = new RegExp(`\\.(?:${extensions})$`, "i");
/** `[media attached 1/2: /path/photo.jpg (image/jpeg) | https://…]` */
const mediaNote = /\[media attached(?: \d+\/\d+)?: ([^\]\n]{1,4000})\]/g;
const sourceNote = /\[Image: source: ([^\]\n]{1,4000})\]/gi;
const fileUrl = /\bfile:\/\/[^\s"'`<>()[\]]{1,4000}/gi;
/** A path that says so by its beginning, after a blank, a quote or a bracket. */
const path = /(?<=^|[\s"'`(<])(?:~\/|\.{1,2}\/|\/)[^\s"'`<>()[\]]{1,4000}/gm;
/** References further down are left alone, so that a pasted file costs little. */
const maxChars = 200_000;

/** The local image files that a message names, each once, in the order in which they appear. Addresses of the web are none. */
export function imageReferences(text: string): string[] {
  const head = text.length > maxChars ? text.slice(0, maxChars) : text;
  const found: { at: number; path: string }[] = [];
  const add = (at: number, named: string | undefined) => {
    if (named !== undefined && !/^(?:https?|data):/i.test(named)) found.push({ at, path: named });
  };
  const notes: [number, number][] = [];
  for (const match of head.matchAll(mediaNote)) {
    notes.push([match.index, match.index + match[0].length]);
    add(match.index, notedImage(match[1] ?? ""));
  }
  for (const match of head.matchAll(sourceNote)) {
    notes.push([match.index, match.index + match[0].length]);
    add(match.index, localPath(match[1]?.trim() ?? ""));
  }
  for (const match of [...head.matchAll(fileUrl), ...head.matchAll(path)]) {
    if (notes.some(([from, to]) => match.index >= from && match.index < to)) continue;
    const named = match[0].replace(/[.,;:!?]+$/, "");
    if (hasImageExtension.test(named)) add(match.index, localPath(named));
  }
  found.sort((a, b) => a.at - b.at);
  return [...new Set(found.map((reference) => reference.path))];
}

/** The path of a media note when it is an image by its type, or without one by its name. */
function notedImage(note: string): string | undefined {
  const [file = ""] = note.split(" | ", 1);
  const [, named = file, type] = /^(.*?)(?: \(([\w.+-]+\/[\w.+-]+)[^()]{0,200}\))?$/.exec(file.trim()) ?? [];
  const isImage = type === undefined ? hasImageExtension.test(named) : type.toLowerCase().startsWith("image/");
  return isImage && named !== "" ? localPath(named) : undefined;
}

function localPath(named: string): string | undefined {
  if (!/^file:/i.test(named)) return named === "" ? undefined : named;
  try {
    return fileURLToPath(named);
  } catch {
    // Somebody wrote an address that names no file; the text stays as it is.
    return undefined;
  }
}
