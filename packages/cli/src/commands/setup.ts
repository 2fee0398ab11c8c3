import { noOptions, setUpBase } from "@openclaw/setup/onboarding";
import { runOnboard } from "../onboarding/run-onboard.ts";
import { runSteps, setupWorld } from "../onboarding/setup-world.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { setupFlags } from "../spec/onboarding-commands.ts";

/** `setup`: the files of a first start, without questions; with flags of the wizard, the wizard. */
export async function run({ flags }: CommandInput<typeof setupFlags>, context: CommandContext): Promise<number> {
  const {
    wizard,
    workspace,
    mode,
    "non-interactive": quiet,
    "remote-url": remoteUrl,
    "remote-token": remoteToken,
  } = flags;
  if (wizard || quiet || mode !== undefined || remoteUrl !== undefined || remoteToken !== undefined) {
    return runOnboard({ ...noOptions, workspace, mode, remoteUrl, remoteToken }, { quiet, json: false }, context);
  }
  return runSteps(context, async () => {
    await setUpBase(workspace, await setupWorld(context, { tell: (text) => context.print(text), interactive: false }));
  });
}
