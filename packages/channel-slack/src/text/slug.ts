/** A name as lists compare it: lower case, without `#` or `@` in front, with dashes for everything but letters and digits. */
export function slug(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^[#@]+/, "")
    .replace(/[^\p{L}\p{N}._]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}
