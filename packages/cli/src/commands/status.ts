import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { statusFlags } from "../spec/observe-commands.ts";
import { collectStatus } from "../status/collect-status.ts";
import { startProgress } from "../terminal/progress.ts";

/** `status`: what is configured, stored and running. A Gateway that is not there is a finding, never a failure. */
export async function run({ flags }: CommandInput<typeof statusFlags>, context: CommandContext): Promise<undefined> {
  const progress = startProgress("Looking around…", {
    stream: context.stderr,
    style: context.errorStyle,
    env: context.env,
    quiet: flags.json,
  });
  try {
    const status = await collectStatus(context, {
      timeoutMs: flags.timeout,
      deep: flags.deep || flags.all,
      usage: flags.usage,
    });
    if (flags.json) return void context.printJson(status.document);
    if (flags.all) {
      const { fullReport } = await import("../status/full-report.ts");
      const report = await fullReport(status, context, (label) => progress.update(label));
      progress.stop();
      return void context.print(report);
    }
    const { statusText } = await import("../status/status-text.ts");
    const text = statusText(status, context);
    progress.stop();
    context.print(text);
    if ((flags.verbose || flags.debug) && status.probe.target) {
      const { targetLines } = await import("../call/gateway-target.ts");
      const { path } = await context.config();
      for (const line of ["", ...targetLines(status.probe.target, path)]) context.print(context.style.muted(line));
    }
  } finally {
    progress.stop();
  }
}
