import { setUpBase } from "@openclaw/setup/onboarding";
import { runSteps, setupWorld } from "../onboarding/setup-world.ts";
import { parseArguments } from "../parse/parse-arguments.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { onboardingCommands, type setupFlags } from "../spec/onboarding-commands.ts";
import { run as onboard } from "./onboard.ts";

/** `setup`: the files of a first start, without questions; with flags of the wizard, the wizard. */
export async function run({ flags }: CommandInput<typeof setupFlags>, context: CommandContext): Promise<number> {
  const { wizard, workspace, mode, "non-interactive": quiet, "remote-url": url, "remote-token": token } = flags;
  if (wizard || quiet || mode !== undefined || url !== undefined || token !== undefined) {
    const given = { workspace, mode, "remote-url": url, "remote-token": token };
    const line = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
    const [, spec] = onboardingCommands;
    return onboard(parseArguments(spec, quiet ? [...line, "--non-interactive"] : line) as never, context);
  }
  return runSteps(context, async () => {
    await setUpBase(workspace, await setupWorld(context, { tell: (text) => context.print(text), interactive: false }));
  });
}
