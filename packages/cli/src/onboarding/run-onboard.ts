import { type OnboardOptions, onboardByFlags, onboardWithQuestions } from "@openclaw/setup/onboarding";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { runSteps, setupWorld } from "./setup-world.ts";

/** Sets everything up, with questions or by flags alone. @returns the exit code */
export async function runOnboard(
  options: OnboardOptions,
  { quiet, json }: { quiet: boolean; json: boolean },
  context: CommandContext,
): Promise<number> {
  if (quiet) return runSteps(context, () => onboardQuietly(options, json, context));
  if (context.stdin.isTTY !== true) {
    throw new CliError("Interactive onboarding needs a TTY. Use --non-interactive --accept-risk.", { code: "no-tty" });
  }
  return runSteps(context, async () => {
    const prompter = await context.prompter();
    const world = await setupWorld(context, { tell: (line) => prompter.line(line), interactive: true });
    try {
      await onboardWithQuestions(options, prompter, world);
    } finally {
      await world.host.close();
    }
  });
}

async function onboardQuietly(options: OnboardOptions, json: boolean, context: CommandContext): Promise<void> {
  const tell = (line: string) => (json ? context.warn(line) : context.print(line));
  const report = await onboardByFlags(options, await setupWorld(context, { tell, interactive: false }));
  if (json) return context.printJson(report);
  if (report.mode === "remote") return context.print("Remote gateway configured.");
  const { config } = await context.config();
  if (!config.tools?.web?.search?.apiKey && !context.env.BRAVE_API_KEY?.trim()) {
    context.print(`Tip: ${context.hint("openclaw configure --section web")} lets the assistant search the web.`);
  }
}
