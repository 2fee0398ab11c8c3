import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsFlags } from "../spec/models-commands.ts";
import { run as runStatus } from "./models-status.ts";

/** `models` alone is `models status`. */
export function run({ flags }: CommandInput<typeof modelsFlags>, context: CommandContext): Promise<number | undefined> {
  const { "status-json": json, "status-plain": plain, agent } = flags;
  return runStatus(
    {
      args: [],
      flags: {
        json,
        plain,
        agent,
        check: false,
        probe: false,
        "probe-provider": undefined,
        "probe-profile": undefined,
        "probe-timeout": 8000,
        "probe-concurrency": 2,
        "probe-max-tokens": 8,
      },
    },
    context,
  );
}
