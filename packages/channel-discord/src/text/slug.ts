/** A name as it is written in lists: lower case, everything but letters and digits as single dashes, none at the ends. */
export function slug(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}
