import { openConfigStore } from "@openclaw/config";
import { startGateway } from "@openclaw/gateway";
import { createLog } from "@openclaw/log";
import { runChat } from "../chat/run-chat.ts";
import type { CommandContext } from "../run/command-context.ts";

/** The chat with the default agent: with the Gateway that runs, or with one that lasts as long as the chat. */
export async function firstChat(
  { message, gateway }: { message: string | undefined; gateway: boolean },
  context: CommandContext,
): Promise<void> {
  if (gateway) return runChat({ message }, context);
  await using _served = await serveGateway(context);
  await runChat({ message }, context);
}

/** A Gateway in this process. What it logs goes to its file alone: the terminal belongs to the chat. */
async function serveGateway(context: CommandContext): Promise<AsyncDisposable> {
  const { paths, env, version, webRoot } = context;
  const { config } = await context.config();
  const { file, level } = config.logging ?? {};
  const log = createLog({ file, level, profile: paths.profile, console: false, onTrouble: () => {}, env });
  const plugins = await context.plugins();
  const store = await openConfigStore({ paths, env, version, log, manifests: plugins.manifests });
  const close = async () => {
    await store.close();
    await log.close();
  };
  try {
    const { channels } = context;
    // What would need a restart waits for the next start: this one is about to end anyway.
    const gateway = await startGateway(
      { channels, webRoot, plugins, paths, configStore: store, env, log, version },
      () => log.info("a restart was asked for; the next start brings it"),
    );
    return {
      async [Symbol.asyncDispose]() {
        await gateway.stop({ reason: "stopping" });
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
