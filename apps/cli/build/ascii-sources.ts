import type { Rolldown } from "tsdown";

/**
 * Writes every character of a program beyond ASCII as an escape. The engine keeps a source of plain bytes as it is, and one
 * with a single other character in two bytes for each: 5 MB of a Gateway at rest.
 */
export function asciiSources(): Rolldown.Plugin {
  return {
    name: "ascii-sources",
    generateBundle(_output, bundle) {
      for (const chunk of Object.values(bundle)) if (chunk.type === "chunk") chunk.code = escapeNonAscii(chunk.code);
    },
  };
}

/**
 * The same program in ASCII. Each unit of UTF-16 becomes `\uXXXX`, which means the same in texts, templates and regular
 * expressions (a pair of them is one character where the `u` or `v` flag is set), and in names and comments it is harmless.
 * @throws Error for `String.raw`, where an escape would be shown as it is written
 */
export function escapeNonAscii(code: string): string {
  if (/String\.raw`[^`]*[^\p{ASCII}]/u.test(code)) throw new Error("String.raw with characters beyond ASCII");
  // An escaped character (`\–`) is the character itself: its backslash goes.
  return code.replace(/(\\*)([^\0-\x7f])/g, (_, before: string, unit: string) => {
    const kept = before.length % 2 === 1 ? before.slice(1) : before;
    return `${kept}\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
