import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { errnoOf, StorageError, storageErrorFrom } from "./storage-error.ts";

/**
 * Reads a JSON file. Undefined when there is none. The type parameter is a promise of the caller about the file's
 * writer; content that others may have edited is to be read as `unknown` and parsed.
 * @throws StorageError `corrupt-json` naming the file when its content is not JSON.
 */
export async function readJsonFile<T = unknown>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw storageErrorFrom(error, "read", path);
  }
  return parse(text, path);
}

/** The synchronous form of {@link readJsonFile}. */
export function readJsonFileSync<T = unknown>(path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw storageErrorFrom(error, "read", path);
  }
  return parse(text, path);
}

function parse<T>(text: string, path: string): T {
  try {
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    // The parser's message may quote the content, which may be a secret: the cause is left out on purpose.
    throw new StorageError("corrupt-json", {
      what: `Cannot read, the file is not valid JSON${positionIn(error)}`,
      path,
      remedy: "Repair it, restore it from a backup, or move it away.",
    });
  }
}

function positionIn(error: unknown): string {
  const match = error instanceof Error ? /at position \d+(?: \(line \d+ column \d+\))?/.exec(error.message) : null;
  return match ? ` ${match[0]}` : "";
}
