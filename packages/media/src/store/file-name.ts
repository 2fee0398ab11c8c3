import path from "node:path";

const maxNameChars = 60;

/**
 * The name of a stored file: what it was called, three dashes, an id, its ending; the id alone where it had no name.
 * Nothing of a path survives.
 */
export function storedName(original: string | undefined, id: string, extension: string): string {
  const base = path.basename((original ?? "").replaceAll("\\", "/"));
  const stem = path
    .basename(base, path.extname(base))
    .replace(/[^\p{L}\p{N}._-]/gu, "_")
    .replace(/\.{2,}/g, "_")
    .slice(0, maxNameChars)
    .toWellFormed();
  const isNamed = /[\p{L}\p{N}]/u.test(stem);
  return `${isNamed ? `${stem}---` : ""}${id}.${extension}`;
}

/** The name a file from the web is sent under, of which nothing is part of a path. */
export function sentName(original: string | undefined, extension: string): string {
  const base = path.posix
    .basename((original ?? "").replaceAll("\\", "/"))
    .replace(/\p{Cc}/gu, "")
    .trim();
  const ending = path.extname(base).slice(0, 12);
  const stem = path.basename(base, path.extname(base)).slice(0, maxNameChars).toWellFormed();
  return `${/[\p{L}\p{N}]/u.test(stem) ? stem : "file"}${ending || `.${extension}`}`;
}
