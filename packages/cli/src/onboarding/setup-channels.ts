import type { ChannelEntry } from "@openclaw/plugin-sdk";
import { type LinkWorld, ownChannelSteps, type SetupChannel, type SetupHost } from "@openclaw/setup/onboarding";
import { localChannels } from "../channels/local-channels.ts";
import { tellGateway } from "../channels/tell-gateway.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Channels for the steps of setting up: those of the program, of plugins that are here, and of plugins that could be. */
export function setupChannels(
  context: CommandContext,
  { interactive }: { interactive: boolean },
): Pick<SetupHost, "channels" | "close"> {
  const link = linkWorld(context, interactive);
  const closing: (() => Promise<void>)[] = [];
  return {
    async channels(config) {
      const { openPluginChannels } = await import("./setup-plugin-channels.ts");
      const plugins = await openPluginChannels(context, link);
      closing.push(plugins.close);
      const bundled = context.channels.map((entry) => bundledChannel(entry, context, link));
      return [...bundled, ...plugins.list(config, new Set(bundled.map(({ id }) => id)))];
    },
    async close() {
      for (const close of closing.splice(0)) await close();
    },
  };
}

function bundledChannel(entry: ChannelEntry, context: CommandContext, link: LinkWorld): SetupChannel {
  const { id, label, description, docs } = entry.meta;
  return {
    id,
    label,
    description,
    docsPath: docs ?? `/channels/${id}`,
    bundled: true,
    steps: async () =>
      ownChannelSteps(await entry.load(), {
        input: localChannels(context).input,
        variables: entry.env ?? [],
        link,
      }),
  };
}

function linkWorld(context: CommandContext, interactive: boolean): LinkWorld {
  return {
    async renderQr(content) {
      const { renderUnicodeCompact } = await import("uqr");
      return renderUnicodeCompact(content, { ecc: "L" });
    },
    async interruptible(work) {
      const stop = new AbortController();
      const interrupted = () => stop.abort(new Error("interrupted"));
      // Inside a Gateway an interrupt is not meant for the wizard.
      if (interactive) process.once("SIGINT", interrupted);
      try {
        return await work(stop.signal);
      } finally {
        process.removeListener("SIGINT", interrupted);
      }
    },
    stopAccount: (channel, accountId) => tellGateway("channels.stop", channel, accountId, context),
    startAccount: (channel, accountId) => tellGateway("channels.start", channel, accountId, context),
    hint: context.hint,
  };
}
