import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** Reads a JSON object; undefined when there is no file. A file with anything else in it is moved aside. */
export function readPrivateJson(file: string, now: () => number): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // falls through: what is not JSON is treated like JSON of the wrong kind
  }
  moveAside(file, now);
  return undefined;
}

/** Keeps an unusable file under another name. */
export function moveAside(file: string, now: () => number): void {
  fs.renameSync(file, `${file}.corrupt-${now()}`);
}

/** Writes a file (0600, folder 0700) in one step, so that no reader sees half of it. */
export function replacePrivateFile(file: string, value: object): void {
  const temporary = writeTemporary(file, value);
  fs.renameSync(temporary, file);
}

/** The same for a file that must not exist yet; returns false when it does. */
export function createPrivateFile(file: string, value: object): boolean {
  const temporary = writeTemporary(file, value);
  try {
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    // Some file systems have no links (FAT, network shares): the last writer wins there.
    fs.copyFileSync(temporary, file);
    return true;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function writeTemporary(file: string, value: object): string {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.${crypto.randomUUID()}.tmp`;
  fs.writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  return temporary;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
