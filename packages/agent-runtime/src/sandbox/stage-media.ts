import { readFile, realpath } from "node:fs/promises";
import { basename, extname, isAbsolute, relative, sep } from "node:path";
import { errnoOf } from "@openclaw/storage";
import { ToolFailure } from "../tools/tool-failure.ts";
import { writeNew } from "./sandbox-files.ts";
import type { SandboxPath } from "./sandbox-path.ts";

const folder = ["media", "inbound"];
const maxClashes = 1000;

/** A note about an attached file, as the Gateway puts it in front of a message. */
const note = /^(\[media attached(?: \d+\/\d+)?: )(.+?)( \([^()\n]*\)(?: \| [^\n]*)?\])$/;
const count = /^\[media attached: \d+ files\]$/;
const systemLine = /^System: \[/;

/**
 * Copies the attached files of a message into `media/inbound` of a sandbox workspace, and rewrites the notes about them to
 * that relative path. The notes stand before what the sender wrote; what looks like one further down is the sender's.
 * Only files of the media store are copied; a note about anything else stays as it is, and what cannot be copied leaves
 * the message without that file, not without its text.
 */
export async function stageMedia(options: {
  text: string;
  mediaDir: string;
  workspaceDir: string;
  platform: NodeJS.Platform;
  onProblem: (text: string) => void;
}): Promise<string> {
  const lines = options.text.split("\n");
  const notes = noteLines(lines);
  if (notes.length === 0) return options.text;
  const place = (path: string) => realPlace(path, options.onProblem);
  const store = await place(options.mediaDir);
  for (const at of notes) {
    const [, before = "", path = "", after = ""] = note.exec(lines[at] ?? "") ?? [];
    const real = isAbsolute(path) ? await place(path) : undefined;
    if (store === undefined || real === undefined || !isBelow(store, real)) continue;
    const name = await copyIn(real, options).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      options.onProblem(`${path} could not be copied into the sandbox workspace: ${reason}`);
    });
    if (name !== undefined) lines[at] = `${before}${[...folder, name].join("/")}${after}`;
  }
  return lines.join("\n");
}

/** Where a path leads; undefined when there is nothing, and when it cannot be looked at, which is told. */
async function realPlace(path: string, onProblem: (text: string) => void): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") onProblem(`${path} cannot be looked at: ${String(error)}`);
    return undefined;
  }
}

/** Places of the notes at the beginning of a text, after what happened since the last turn. */
function noteLines(lines: readonly string[]): number[] {
  let at = 0;
  while (systemLine.test(lines[at] ?? "") || (at > 0 && lines[at]?.startsWith("  "))) at += 1;
  if (at > 0 && lines[at] === "") at += 1;
  const found: number[] = [];
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (note.test(line)) found.push(at);
    else if (!count.test(line)) break;
  }
  return found;
}

function isBelow(dir: string, path: string): boolean {
  const way = relative(dir, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Copies one file under its own name, or with `-1`, `-2`, … when there is one of that name with other content. */
async function copyIn(path: string, options: { workspaceDir: string; platform: NodeJS.Platform }): Promise<string> {
  const content = await readFile(path);
  const extension = extname(path);
  const stem = basename(path, extension);
  for (let clash = 0; clash < maxClashes; clash += 1) {
    const name = clash === 0 ? `${stem}${extension}` : `${stem}-${clash}${extension}`;
    const target: SandboxPath = {
      root: { dir: options.workspaceDir, mount: "", writable: true },
      parts: [...folder, name],
    };
    if (await writeNew(target, [...folder, name].join("/"), content, options.platform)) return name;
  }
  throw new ToolFailure(`${folder.join("/")} holds too many files named ${stem}${extension}`);
}
