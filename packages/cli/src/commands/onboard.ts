import { onboardByFlags, onboardWithQuestions } from "@openclaw/setup/onboarding";
import { onboardOptions } from "../onboarding/onboard-flags.ts";
import { runSteps, setupWorld } from "../onboarding/setup-world.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { onboardFlags } from "../spec/onboarding-commands.ts";

/** `onboard`: sets everything up, with questions or by flags alone. */
export async function run({ flags }: CommandInput<typeof onboardFlags>, context: CommandContext): Promise<number> {
  const options = onboardOptions(flags);
  if (flags["non-interactive"]) {
    return runSteps(context, async () => {
      const tell = (line: string) => (flags.json ? context.warn(line) : context.print(line));
      const report = await onboardByFlags(options, await setupWorld(context, { tell, interactive: false }));
      if (flags.json) return context.printJson(report);
      if (report.mode === "remote") return context.print("Remote gateway configured.");
      const { config } = await context.config();
      if (!config.tools?.web?.search?.apiKey && !context.env.BRAVE_API_KEY?.trim()) {
        context.print(`Tip: ${context.hint("openclaw configure --section web")} lets the assistant search the web.`);
      }
    });
  }
  if (context.stdin.isTTY !== true) {
    throw new CliError("Interactive onboarding needs a TTY. Use --non-interactive --accept-risk.", { code: "no-tty" });
  }
  const { createClackPrompter } = await import("../terminal/clack-prompter.ts");
  return runSteps(context, async () => {
    const prompter = await createClackPrompter(context);
    const world = await setupWorld(context, { tell: (line) => prompter.line(line), interactive: true });
    await onboardWithQuestions(options, prompter, world);
  });
}
