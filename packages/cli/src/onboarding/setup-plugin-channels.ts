import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import { isStartable } from "@openclaw/plugins";
import { type Discovery, discoverPlugins } from "@openclaw/plugins/discovery";
import {
  type CatalogueChannel,
  catalogueCard,
  createNpm,
  enablingPatch,
  readChannelCatalogue,
  stagePlugin,
  systemRunProgram,
} from "@openclaw/plugins/install";
import {
  type ChannelSteps,
  foreignChannelSteps,
  type LinkWorld,
  ownChannelSteps,
  type PluginOffer,
  type SetupChannel,
} from "@openclaw/setup/onboarding";
import { localChannels } from "../channels/local-channels.ts";
import { loadPluginChannel } from "../plugins/load-plugin-channel.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Channels of plugins, for the steps of setting up. */
export interface PluginChannels {
  /** Those that are not among `known`, in the order of the catalogue. */
  list(config: OpenClawConfig, known: ReadonlySet<string>): SetupChannel[];
  /** Removes what was fetched and not installed. */
  close(): Promise<void>;
}

export async function openPluginChannels(context: CommandContext, link: LinkWorld): Promise<PluginChannels> {
  const { env, paths } = context;
  const source = await context.plugins();
  const fetched = temporaryFolder(env.TMPDIR?.trim() || tmpdir());
  const catalogue = readChannelCatalogue({ stateDir: paths.stateDir, home: paths.home, env });

  const here = (config: OpenClawConfig): SetupChannel[] => {
    const discovery = source.discover(config);
    return discovery.plugins.flatMap(({ manifest, metadata, overriddenBy }) => {
      if (overriddenBy !== undefined || manifest.problem !== undefined) return [];
      const card = catalogueCard(metadata ?? {}, metadata?.name, paths.home);
      return (manifest.channels ?? []).map((id): SetupChannel => {
        const own = card?.id === id ? card : catalogue.find((each) => each.id === id);
        const label = own?.label ?? manifest.name ?? id;
        return {
          id,
          label,
          description: own?.description,
          docsPath: own?.docsPath ?? `/channels/${id}`,
          bundled: false,
          steps: () => loadSteps({ pluginId: manifest.id, id, label }, discovery, config, context, link),
          enable: (staged) => ({ plugins: enablingPatch(staged, manifest, { enabled: true }) }),
        };
      });
    });
  };

  const offer = (
    { id, label, npmSpec, localPath, preferred }: CatalogueChannel,
    config: OpenClawConfig,
  ): PluginOffer => ({
    npmSpec,
    localPath,
    preferred,
    async stage(from, tell) {
      const given = from === "npm" ? npmSpec : localPath;
      if (given === undefined) throw new CliError(`The ${label} plugin cannot be had from there.`);
      const staged = await stagePlugin(
        given,
        { link: from === "local", tempDir: await fetched.path() },
        {
          source,
          extensionsDir: paths.extensionsDir,
          home: paths.home,
          cwd: context.cwd,
          npm: createNpm({ run: systemRunProgram, env, cwd: context.cwd }),
          now: context.now,
          print: tell,
          warn: (line) => context.warn(context.errorStyle.warn(line)),
        },
      );
      const discovery = discoverPlugins({
        home: paths.home,
        loadPaths: [staged.dir],
        extensionsDir: `${staged.dir}/.none`,
      });
      return {
        steps: await loadSteps({ pluginId: staged.id, id, label }, discovery, config, context, link),
        work: {
          line: `Plugin: ${staged.id} from ${given}`,
          async place(staging) {
            const { patch, undo } = await staged.place(staging);
            return { patch: { plugins: patch }, undo };
          },
        },
      };
    },
  });

  return {
    list(config, known) {
      const present = here(config).filter(({ id }) => !known.has(id));
      const taken = new Set([...known, ...present.map(({ id }) => id)]);
      const offered = catalogue
        .filter(({ id }) => !taken.has(id))
        .map(
          (channel): SetupChannel => ({
            id: channel.id,
            label: channel.label,
            description: channel.description,
            docsPath: channel.docsPath,
            bundled: false,
            offer: offer(channel, config),
            steps: () => Promise.reject(new CliError(`The ${channel.label} plugin is not installed.`)),
          }),
        );
      return [...present, ...offered];
    },
    close: fetched.close,
  };
}

interface PluginChannel {
  pluginId: string;
  id: string;
  label: string;
}

/** Loads one plugin as if it were switched on; nothing of it is started. */
async function loadSteps(
  { pluginId, id, label }: PluginChannel,
  discovery: Discovery,
  config: OpenClawConfig,
  context: CommandContext,
  link: LinkWorld,
): Promise<ChannelSteps> {
  const { channel } = await loadPluginChannel({ pluginId, id }, discovery, config, context);
  const { manifest } = discovery.plugins.find((each) => each.manifest.id === pluginId) ?? {};
  const contract = manifest?.channelConfigs?.[id];
  if (isStartable(channel)) {
    return ownChannelSteps(channel, { input: localChannels(context).input, variables: [], contract, link });
  }
  const { env, paths } = context;
  return foreignChannelSteps(channel, {
    id,
    label,
    contract,
    env,
    stateDir: paths.stateDir,
    tell: (line) => context.warn(line),
  });
}

/** A folder that is made when it is needed, and is gone with the program at the latest. */
function temporaryFolder(parent: string) {
  let made: Promise<string> | undefined;
  let folder: string | undefined;
  const onExit = () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  const make = async () => {
    folder = await mkdtemp(path.join(parent, "openclaw-setup-"));
    process.once("exit", onExit);
    return folder;
  };
  return {
    path: () => (made ??= make()),
    async close() {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      process.removeListener("exit", onExit);
      made = undefined;
      folder = undefined;
    },
  };
}
