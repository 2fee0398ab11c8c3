import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { storedName } from "../store/file-name.ts";
import type { RunProgram } from "./run-program.ts";
import { fillTemplate, type TemplateVariables } from "./template.ts";
import type { EntryConfig, EntryLimits } from "./understanding-config.ts";

export interface CliMedia {
  /** Where the file lies; absent when it was fetched. */
  path: string | undefined;
  fileName: string | undefined;
  extension: string;
  mimeType: string;
  read(): Promise<Buffer>;
}

export interface CliEntryOptions {
  entry: EntryConfig;
  limits: EntryLimits;
  variables: TemplateVariables;
  media: CliMedia;
  runProgram: RunProgram;
  env: NodeJS.ProcessEnv;
  /** For files that programs need and write. */
  tempDir: string;
  signal: AbortSignal;
}

/** Asks a program about a file; what it wrote in between is removed afterwards. */
export async function askProgram(options: CliEntryOptions): Promise<string> {
  const { entry, limits, media, signal } = options;
  const command = entry.command?.trim();
  if (!command) throw new Error("the entry has no command");
  const outputDir = await mkdtemp(path.join(options.tempDir, "openclaw-media-"));
  try {
    let mediaPath = media.path;
    if (mediaPath === undefined) {
      mediaPath = path.join(outputDir, storedName(media.fileName, "input", media.extension));
      await writeFile(mediaPath, await media.read(), { mode: 0o600 });
    }
    const stem = path.basename(mediaPath, path.extname(mediaPath));
    const variables: TemplateVariables = {
      ...options.variables,
      MediaPath: mediaPath,
      MediaDir: path.dirname(mediaPath),
      MediaType: media.mimeType,
      Prompt: limits.prompt,
      ...(limits.maxChars === undefined ? {} : { MaxChars: limits.maxChars }),
      OutputDir: outputDir,
      OutputBase: path.join(outputDir, stem),
    };
    const printed = await options.runProgram({
      command,
      args: (entry.args ?? []).map((argument) => fillTemplate(argument, variables)),
      env: options.env,
      timeoutMs: limits.timeoutMs,
      signal,
    });
    return await outputOf(path.basename(command, ".exe"), printed, path.join(outputDir, `${stem}.txt`));
  } finally {
    await rm(outputDir, { recursive: true, force: true });
  }
}

/** Where the result of a program is: some write a file, some print JSON. */
async function outputOf(program: string, printed: string, textFile: string): Promise<string> {
  switch (program) {
    case "whisper":
    case "whisper-cli":
      return (await readFile(textFile, "utf8").catch(() => printed)).trim();
    case "gemini":
      return member(printed, "response") ?? printed.trim();
    case "sherpa-onnx-offline":
      return (
        printed
          .split("\n")
          .map((line) => member(line, "text"))
          .find((text) => text !== undefined) ?? printed.trim()
      );
    default:
      return printed.trim();
  }
}

/** A text of a JSON object; undefined for anything else. */
function member(json: string, name: string): string | undefined {
  const start = json.indexOf("{");
  if (start < 0) return undefined;
  try {
    const value: unknown = JSON.parse(json.slice(start));
    if (typeof value !== "object" || value === null) return undefined;
    const found: unknown = Reflect.get(value, name);
    return typeof found === "string" ? found.trim() : undefined;
  } catch {
    // Not JSON: then it is the result itself.
    return undefined;
  }
}
