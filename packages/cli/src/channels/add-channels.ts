import { addChannelsWithQuestions } from "@openclaw/setup/onboarding";
import { runSteps, setupWorld } from "../onboarding/setup-world.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Adds and changes accounts of channels by asking. @returns the exit code */
export async function addChannels(context: CommandContext): Promise<number> {
  const prompter = await context.prompter();
  return runSteps(context, async () => {
    const world = await setupWorld(context, { tell: (line) => prompter.line(line), interactive: true });
    try {
      await addChannelsWithQuestions(prompter, world);
    } finally {
      await world.host.close();
    }
  });
}
