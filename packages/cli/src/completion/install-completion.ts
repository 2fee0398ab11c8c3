import fs from "node:fs";
import path from "node:path";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import type { CompletionPlace } from "./completion-places.ts";
import { type CompletionShell, completionFiles, completionScript } from "./completion-script.ts";

/** The heading of our lines in a shell's profile. */
const heading = "# OpenClaw Completion";
/** What earlier releases wrote: it started the program with every shell. */
const dynamic = /^\s*(source|\.|eval)\s.*openclaw completion\b.*$/;

/** Writes the scripts of these shells below the state directory. Returns the file of each. */
export async function writeCompletionFiles(
  stateDir: string,
  shells: readonly CompletionShell[],
  places: readonly CompletionPlace[],
): Promise<Map<CompletionShell, string>> {
  const dir = path.join(stateDir, "completions");
  await ensurePrivateDir(dir);
  const files = new Map<CompletionShell, string>();
  for (const shell of shells) {
    const file = path.join(dir, completionFiles[shell]);
    await writeFileAtomic(file, completionScript(shell, places));
    files.set(shell, file);
  }
  return files;
}

/** The file a shell reads when it starts; undefined where that is not known. */
export function shellProfile(shell: CompletionShell, home: string): string | undefined {
  switch (shell) {
    case "zsh":
      return path.join(home, ".zshrc");
    case "bash":
      return path.join(home, ".bashrc");
    case "fish":
      return path.join(home, ".config", "fish", "config.fish");
    case "powershell":
      return undefined;
  }
}

/** A shell profile with the lines that load `script`; the same text when it has them. */
export function withCompletion(profile: string, script: string): string {
  const wanted = `source "${script}"`;
  const lines = profile.split("\n");
  if (lines.some((line) => line.trim() === wanted)) return profile;
  const kept = lines.filter((line, at) => !dynamic.test(line) && !(line.trim() === heading && ours(lines[at + 1])));
  const text = kept.join("\n").replace(/\n*$/, "");
  return `${text === "" ? "" : `${text}\n\n`}${heading}\n${wanted}\n`;
}

/** Whether the line below our heading is one of ours, with a path of an earlier place or the older form. */
function ours(line: string | undefined): boolean {
  return line !== undefined && (dynamic.test(line) || /completions\/openclaw\.(zsh|bash|fish)"?\s*$/.test(line));
}

/** Adds the lines that load `script` to a profile, which may be a link. Returns whether there was something to do. */
export async function addToProfile(profile: string, script: string): Promise<boolean> {
  const before = fs.existsSync(profile) ? fs.readFileSync(profile, "utf8") : undefined;
  const after = withCompletion(before ?? "", script);
  if (after === before) return false;
  await fs.promises.mkdir(path.dirname(profile), { recursive: true });
  await writeFileAtomic(profile, after, before === undefined ? { mode: 0o644 } : {});
  return true;
}
