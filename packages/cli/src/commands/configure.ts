import { configureWithQuestions, readSections } from "@openclaw/setup/onboarding";
import { runSteps, setupWorld } from "../onboarding/setup-world.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { configureFlags } from "../spec/onboarding-commands.ts";

/** `configure`: changes parts of an installation that is there. */
export async function run({ flags }: CommandInput<typeof configureFlags>, context: CommandContext): Promise<number> {
  return runSteps(context, async () => {
    const sections = readSections(flags.section);
    if (context.stdin.isTTY !== true) {
      throw new CliError(
        `configure asks questions and needs a TTY. Without one use ${context.hint("openclaw config set")}.`,
        { code: "no-tty" },
      );
    }
    const prompter = await context.prompter();
    const world = await setupWorld(context, { tell: (line) => prompter.line(line), interactive: true });
    try {
      await configureWithQuestions(sections, prompter, world);
    } finally {
      await world.host.close();
    }
  });
}
