import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Largest image the Gateway takes, bytes. */
const maxImageBytes = 5_000_000;
const imageName = /\.(?:png|jpe?g|gif|webp|heic|bmp)$/i;

/** An image that goes out with the next message. */
export interface PastedImage {
  readonly fileName: string;
  /** Base64. */
  readonly content: string;
}

/** What a paste turned out to be. */
export type PasteReading = { kind: "text" } | { kind: "image"; image: PastedImage } | { kind: "refused"; why: string };

/** The path a paste consists of, when it is that of an image: as dragged into a terminal, quoted, escaped, or a file URL. */
export function imagePathOf(pasted: string, { home, cwd }: { home: string; cwd: string }): string | undefined {
  const text = pasted.trim();
  if (text === "" || text.includes("\n")) return undefined;
  // On Windows a backslash separates folders and escapes nothing.
  const unescaped = process.platform === "win32" ? text : text.replace(/\\(.)/g, "$1");
  const bare = /^(['"])(.*)\1$/.exec(text)?.[2] ?? unescaped;
  if (!imageName.test(bare)) return undefined;
  if (bare.startsWith("file://")) return URL.canParse(bare) ? fileURLToPath(bare) : undefined;
  if (bare.startsWith("~/")) return path.join(home, bare.slice(2));
  return path.isAbsolute(bare) || /^\.{1,2}\//.test(bare) ? path.resolve(cwd, bare) : undefined;
}

/** Reads the image a paste names. A path to nothing is ordinary text. */
export async function readPaste(pasted: string, places: { home: string; cwd: string }): Promise<PasteReading> {
  const file = imagePathOf(pasted, places);
  if (file === undefined) return { kind: "text" };
  try {
    const facts = await stat(file);
    if (!facts.isFile()) return { kind: "text" };
    const fileName = path.basename(file);
    if (facts.size > maxImageBytes) {
      return {
        kind: "refused",
        why: `${fileName} has ${facts.size} bytes; the Gateway takes images up to ${maxImageBytes}`,
      };
    }
    return { kind: "image", image: { fileName, content: (await readFile(file)).toString("base64") } };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { kind: "text" };
    return { kind: "refused", why: `cannot read the image: ${error instanceof Error ? error.message : String(error)}` };
  }
}
