import { patchDefaults } from "../models/edit-models.ts";
import { type LocalModels, openModels } from "../models/open-models.ts";
import { type FreeModel, freeModels } from "../models/openrouter-catalogue.ts";
import { probeFreeModels, type ScanResult } from "../models/scan-models.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsScanFlags } from "../spec/models-commands.ts";
import { startProgress } from "../terminal/progress.ts";
import { createPrompter } from "../terminal/prompter.ts";

type Flags = CommandInput<typeof modelsScanFlags>["flags"];

/** `models scan`: finds free models of OpenRouter that can use tools, and makes them fallbacks. */
export async function run(
  { flags }: CommandInput<typeof modelsScanFlags>,
  context: CommandContext,
): Promise<undefined> {
  const minParams = flags["min-params"] === undefined ? undefined : Number(flags["min-params"]);
  if (minParams !== undefined && !(minParams >= 0)) throw new CliError("--min-params must be >= 0");
  const local = await openModels(context);
  const probes = !flags["no-probe"];
  const auth = local.models.providerAuth("openrouter");
  if (probes && !auth?.key && !auth?.profiles.some(({ excluded }) => excluded === undefined)) {
    throw new CliError("Missing OpenRouter API key. Set OPENROUTER_API_KEY to run models scan.");
  }
  const found = await freeModels(
    { provider: flags.provider, minParams, maxAgeDays: flags["max-age-days"] },
    { fetch: context.fetch, timeoutMs: flags.timeout, now: context.now() },
  );
  if (!probes) return listOnly(found, flags, context);

  const results = await probeAll(found, local, flags, context);
  const withTools = results.filter(({ tool }) => tool.ok);
  const withImages = results.filter(({ image }) => image?.ok === true);
  if (withTools.length === 0) throw new CliError("No tool-capable OpenRouter free models found.");
  if (flags["set-image"] && withImages.length === 0) {
    throw new CliError("No image-capable models selected for image model.");
  }
  const { selected, selectedImages } = await choose(withTools, withImages, flags, context);
  if (selected.length === 0) throw new CliError("No models selected for fallbacks.");
  await write(selected, selectedImages, local, flags, context);
  if (flags.json) {
    context.printJson({
      selected,
      selectedImages,
      setDefault: flags["set-default"],
      setImage: flags["set-image"],
      results,
      warnings: [],
    });
    return;
  }
  printSummary(results, selected, selectedImages, flags, context);
}

function listOnly(found: readonly FreeModel[], flags: Flags, context: CommandContext): undefined {
  const results = found.map((model) => ({ ...model, key: `openrouter/${model.id}` }));
  if (flags.json) {
    return context.printJson({
      selected: [],
      selectedImages: [],
      setDefault: false,
      setImage: false,
      results,
      warnings: [],
    }) as undefined;
  }
  if (results.length === 0) return context.print("No models found.") as undefined;
  for (const { key, contextLength, params, seesImages } of results) {
    const facts = [
      contextLength === null ? undefined : `${Math.round(contextLength / 1024)}k`,
      params === null ? undefined : `${params}b`,
      seesImages ? "text+image" : "text",
    ].filter((fact) => fact !== undefined);
    context.print(`${key} (${facts.join(", ")})`);
  }
  return undefined;
}

async function probeAll(
  found: readonly FreeModel[],
  { models }: LocalModels,
  flags: Flags,
  context: CommandContext,
): Promise<ScanResult[]> {
  const progress = startProgress("Probing free models…", {
    stream: context.stderr,
    style: context.errorStyle,
    env: context.env,
    quiet: flags.json,
  });
  try {
    return await probeFreeModels(found, {
      models,
      timeoutMs: flags.timeout,
      concurrency: flags.concurrency,
      now: context.now,
      onProgress: (done, total) => progress.update(`Probing free models… ${done}/${total}`),
    });
  } finally {
    progress.stop();
  }
}

async function choose(
  withTools: readonly ScanResult[],
  withImages: readonly ScanResult[],
  flags: Flags,
  context: CommandContext,
): Promise<{ selected: string[]; selectedImages: string[] }> {
  const usual = (all: readonly ScanResult[]) => all.slice(0, flags["max-candidates"]).map(({ key }) => key);
  if (flags.yes) return { selected: usual(withTools), selectedImages: usual(withImages) };
  if (flags["no-input"] || flags.json || context.stdin.isTTY !== true) {
    throw new CliError("Non-interactive scan: pass --yes to apply defaults.");
  }
  const prompter = createPrompter(context);
  const ask = async (message: string, all: readonly ScanResult[]): Promise<string[]> => {
    if (all.length === 0) return [];
    for (const [at, { key, tool }] of all.entries()) context.print(`  ${at + 1}. ${key} (${tool.latencyMs ?? "?"}ms)`);
    const preset = usual(all).map((_, at) => at + 1);
    const answer = await prompter.text({ message, initial: preset.join(","), validate: numbersProblem(all.length) });
    return answer.split(/[\s,]+/).flatMap((word) => all[Number(word) - 1]?.key ?? []);
  };
  try {
    return {
      selected: await ask("Fallbacks, in order (numbers)", withTools),
      selectedImages: await ask("Image fallbacks, in order (numbers)", withImages),
    };
  } finally {
    prompter.close();
  }
}

function numbersProblem(count: number): (answer: string) => string | undefined {
  return (answer) => {
    const words = answer.split(/[\s,]+/).filter(Boolean);
    const wrong = words.find((word) => !/^\d+$/.test(word) || Number(word) < 1 || Number(word) > count);
    return wrong === undefined ? undefined : `"${wrong}" is none of 1-${count}.`;
  };
}

async function write(
  selected: readonly string[],
  selectedImages: readonly string[],
  { models }: LocalModels,
  flags: Flags,
  context: CommandContext,
): Promise<void> {
  const refs = [...selected, ...selectedImages].flatMap((key) => models.canonical(key) ?? []);
  const patch = {
    model: { fallbacks: selected, ...(flags["set-default"] && { primary: selected[0] }) },
    ...(selectedImages.length > 0 && {
      imageModel: { fallbacks: selectedImages, ...(flags["set-image"] && { primary: selectedImages[0] }) },
    }),
  };
  // With --json the one document on standard output is the result.
  await patchDefaults(patch, refs, flags.json ? { ...context, print: context.warn } : context);
}

function printSummary(
  results: readonly ScanResult[],
  selected: readonly string[],
  selectedImages: readonly string[],
  flags: Flags,
  context: CommandContext,
): void {
  const count = (is: (result: ScanResult) => boolean) => results.filter(is).length;
  const sees = ({ image }: ScanResult) => image?.ok === true;
  context.print(
    `Scan results: tested ${results.length}, tool ok ${count(({ tool }) => tool.ok)}, image ok ${count(sees)}, tool+image ok ${count((result) => result.tool.ok && sees(result))}, image only ${count((result) => !result.tool.ok && sees(result))}`,
  );
  context.print(`Fallbacks: ${selected.join(", ")}`);
  if (selectedImages.length > 0) context.print(`Image fallbacks: ${selectedImages.join(", ")}`);
  if (flags["set-default"]) context.print(`Default model: ${selected[0]}`);
  if (flags["set-image"]) context.print(`Image model: ${selectedImages[0]}`);
}
