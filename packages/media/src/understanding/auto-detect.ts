import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import type { RunProgram } from "./run-program.ts";
import type { Capability, EntryConfig } from "./understanding-config.ts";

/** How long the Gemini program may take to show that it works, ms. */
const geminiTrialMs = 8000;
/** Test model that comes with the Homebrew package of whisper.cpp. */
const homebrewModel = "/opt/homebrew/share/whisper-cpp/for-tests-ggml-tiny.bin";

/** Looks for programs on this machine that understand media. What was found once is not looked for again. */
export interface LocalPrograms {
  /** Programs that transcribe; they need no network. */
  transcriber(): Promise<EntryConfig | undefined>;
  /** The Gemini program, where it is installed and answers. */
  gemini(capability: Capability): Promise<EntryConfig | undefined>;
}

export function createLocalPrograms(options: { env: NodeJS.ProcessEnv; runProgram: RunProgram }): LocalPrograms {
  const { env } = options;
  let transcriber: Promise<EntryConfig | undefined> | undefined;
  let geminiCommand: Promise<string | undefined> | undefined;

  const find = async (name: string): Promise<string | undefined> => {
    for (const folder of (env.PATH ?? "").split(path.delimiter)) {
      if (!path.isAbsolute(folder)) continue;
      const candidate = path.join(folder, name);
      if (await isThere(candidate, constants.X_OK)) return candidate;
    }
    return undefined;
  };

  const sherpa = async (): Promise<EntryConfig | undefined> => {
    const dir = env.SHERPA_ONNX_MODEL_DIR?.trim();
    const command = dir ? await find("sherpa-onnx-offline") : undefined;
    if (!dir || command === undefined) return undefined;
    const parts = { tokens: "tokens.txt", encoder: "encoder.onnx", decoder: "decoder.onnx", joiner: "joiner.onnx" };
    const files = Object.entries(parts).map(([name, file]) => ({ name, file: path.join(dir, file) }));
    for (const { file } of files) if (!(await isThere(file))) return undefined;
    return { type: "cli", command, args: [...files.map(({ name, file }) => `--${name}=${file}`), "{{MediaPath}}"] };
  };

  const whisperCpp = async (): Promise<EntryConfig | undefined> => {
    const command = await find("whisper-cli");
    if (command === undefined) return undefined;
    const model = env.WHISPER_CPP_MODEL?.trim() || homebrewModel;
    if (!(await isThere(model))) return undefined;
    const args = ["-m", model, "-otxt", "-of", "{{OutputBase}}", "-np", "-nt", "{{MediaPath}}"];
    return { type: "cli", command, args };
  };

  const whisper = async (): Promise<EntryConfig | undefined> => {
    const command = await find("whisper");
    if (command === undefined) return undefined;
    const output = ["--output_format", "txt", "--output_dir", "{{OutputDir}}", "--verbose", "False"];
    return { type: "cli", command, args: ["--model", "turbo", ...output, "{{MediaPath}}"] };
  };

  const findGemini = async (): Promise<string | undefined> => {
    const command = await find("gemini");
    if (command === undefined) return undefined;
    const args = ["--output-format", "json", "ok"];
    try {
      await options.runProgram({ command, args, env, timeoutMs: geminiTrialMs, signal: new AbortController().signal });
      return command;
    } catch {
      // Installed, but not signed in or not working: the next way is tried.
      return undefined;
    }
  };

  return {
    transcriber() {
      transcriber ??= sherpa()
        .then((found) => found ?? whisperCpp())
        .then((found) => found ?? whisper());
      return transcriber;
    },
    async gemini(capability) {
      geminiCommand ??= findGemini();
      const command = await geminiCommand;
      if (command === undefined) return undefined;
      const ask = `{{Prompt}} The ${capability} file is {{MediaPath}}. Answer with the result alone.`;
      const reading = ["--allowed-tools", "read_many_files", "--include-directories", "{{MediaDir}}"];
      return { type: "cli", command, args: ["--output-format", "json", ...reading, ask] };
    },
  };
}

async function isThere(file: string, mode: number = constants.R_OK): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
