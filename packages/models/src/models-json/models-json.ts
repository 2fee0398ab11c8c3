import fs from "node:fs/promises";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import type { ModelsConfig, ProviderConfig } from "../models-config.ts";
import { configuredProviders } from "../providers/provider-setup.ts";
import { type ImplicitInput, implicitProviders } from "./implicit-providers.ts";
import { overlayProvider } from "./join-providers.ts";
import { type ModelsFile, noModelsFile, readModelsJson } from "./read-models-json.ts";

/** The `models.json` of one agent: what the configuration and the credentials make of the providers, for all to read. */
export interface ModelsJson {
  /**
   * What it says beyond the configuration and the credentials: the providers others wrote into it, and other values for
   * single models. The same object until something changes.
   */
  providers(): Readonly<Record<string, ProviderConfig>>;
  /** Whether the file follows this configuration already. */
  follows(config: ModelsConfig): boolean;
  /**
   * Brings the file up to date, and reads what others wrote into it. It is touched only when its content changes. Never
   * throws: a file that cannot be written is reported, and everything works from the configuration.
   */
  update(config: ModelsConfig): Promise<void>;
}

export interface ModelsJsonOptions extends ImplicitInput {
  /** `<agentDir>/models.json`, mode 0600 in a directory of 0700. */
  readonly file: () => string;
  readonly log: Logger;
  readonly now: () => number;
}

/** Reads and writes nothing until it is asked to. */
export function createModelsJson(options: ModelsJsonOptions): ModelsJson {
  let followed: ModelsConfig | undefined;
  let providers: Readonly<Record<string, ProviderConfig>> = {};
  let updating: Promise<void> = Promise.resolve();

  async function update(config: ModelsConfig): Promise<void> {
    if (followed === config) return;
    const file = options.file();
    const { text, content } = await readFile(file, options);
    const produced = producedEntries(config, content, options);
    const next = config.models?.mode === "replace" ? produced : { ...content.raw, ...produced };
    const written = `${JSON.stringify({ providers: next }, null, 2)}\n`;
    if (written !== text && Object.keys(next).length + Object.keys(content.raw).length > 0) {
      await writeFile(file, written, options.log);
    }
    providers = config.models?.mode === "replace" ? {} : addedBy(content, produced);
    followed = config;
  }

  return {
    providers: () => providers,
    follows: (config) => followed === config,
    update(config) {
      // One after the other: the second sees what the first has written.
      updating = updating.then(() => update(config));
      return updating;
    },
  };
}

/** The entries that come from the configuration and the credentials. */
function producedEntries(
  config: ModelsConfig,
  content: ModelsFile,
  input: ImplicitInput,
): Readonly<Record<string, ProviderConfig>> {
  const produced: Record<string, ProviderConfig> = {};
  const configured = configuredProviders(config);
  for (const [id, entry] of Object.entries(implicitProviders(input))) {
    produced[id] = overlayProvider(entry, configured.get(id));
  }
  for (const [id, entry] of configured) produced[id] ??= entry;
  if (config.models?.mode === "replace") return produced;
  // Only the file can hold these, so they outlive the entry they stand in.
  for (const [id, { modelOverrides }] of Object.entries(content.providers)) {
    const entry = produced[id];
    if (entry && modelOverrides) produced[id] = { ...entry, modelOverrides };
  }
  return produced;
}

function addedBy(
  { providers }: ModelsFile,
  produced: Readonly<Record<string, ProviderConfig>>,
): Record<string, ProviderConfig> {
  return Object.fromEntries(
    Object.entries(providers).flatMap(([id, entry]) => {
      if (!Object.hasOwn(produced, id)) return [[id, entry]];
      return entry.modelOverrides ? [[id, { modelOverrides: entry.modelOverrides }]] : [];
    }),
  );
}

async function readFile(
  file: string,
  { log, now }: ModelsJsonOptions,
): Promise<{ text?: string; content: ModelsFile }> {
  let text: string;
  try {
    text = await fs.readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { content: noModelsFile };
    log.warn(`${file} cannot be read; it is left as it is: ${error instanceof Error ? error.message : ""}`);
    return { content: noModelsFile };
  }
  try {
    const content = readModelsJson(text);
    for (const problem of content.problems) log.warn(`${file}: ${problem}; it is left as it is and not used`);
    return { text, content };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const aside = `${file}.corrupt-${now()}`;
    await fs.rename(file, aside);
    log.warn(`${file} is damaged (${error.message}). It is kept as ${path.basename(aside)}, and a new one is written.`);
    return { content: noModelsFile };
  }
}

async function writeFile(file: string, text: string, log: Logger): Promise<void> {
  try {
    await ensurePrivateDir(path.dirname(file));
    await writeFileAtomic(file, text, { mode: 0o600 });
  } catch (error) {
    log.warn(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
