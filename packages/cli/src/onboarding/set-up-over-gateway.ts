import type { ConfigStore } from "@openclaw/config";
import { noOptions, onboardWithQuestions, type SetupPrompter } from "@openclaw/setup/onboarding";
import type { CommandContext } from "../run/command-context.ts";
import { setupWorld } from "./setup-world.ts";

/** The steps of setting up inside a running Gateway, with a client's answers. Nothing is printed here. */
export async function setUpOverGateway(
  { mode, workspace }: { mode: "local" | "remote" | undefined; workspace: string | undefined },
  prompter: SetupPrompter,
  { context, store }: { context: CommandContext; store: ConfigStore },
): Promise<void> {
  const snapshot = await store.reload();
  const now: CommandContext = { ...context, config: async () => snapshot };
  const world = await setupWorld(now, { tell: () => {}, interactive: false });
  // A service that runs this Gateway would end it, and the wizard with it.
  const isService = context.env.OPENCLAW_SERVICE_MARKER === "openclaw";
  const options = { ...noOptions, mode, workspace, skipHealth: true, ...(isService && { installDaemon: false }) };
  try {
    await onboardWithQuestions(options, prompter, world);
  } finally {
    await world.host.close();
  }
}
