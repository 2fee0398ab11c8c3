import { saveJob } from "../cron/cron-call.ts";
import { countGiven, readSchedule, readSession, readWake } from "../cron/job-input.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronAddFlags } from "../spec/cron-commands.ts";

const hints = {
  at: "Invalid --at; use ISO time or duration like 20m",
  every: "Invalid --every; use e.g. 10m, 1h, 1d",
};

/** `cron add`. What is wrong with the flags is said before the Gateway is asked. */
export async function run({ flags }: CommandInput<typeof cronAddFlags>, context: CommandContext): Promise<undefined> {
  return saveJob(flags, context, "cron.add", jobOf(flags, context.now()));
}

function jobOf(flags: CommandInput<typeof cronAddFlags>["flags"], now: number): object {
  if (countGiven(flags.at, flags.every, flags.cron) !== 1) {
    throw new CliError("Choose exactly one schedule: --at, --every, or --cron");
  }
  const schedule = readSchedule(flags, now, hints);
  if (flags.tz !== undefined && flags.cron === undefined) throw new CliError("--tz requires --cron");
  const wakeMode = readWake(flags.wake);
  const announces = flags.announce || flags.deliver;
  if (announces && flags["no-deliver"]) throw new CliError("Choose at most one of --announce or --no-deliver");
  const event = flags["system-event"];
  if (countGiven(event, flags.message) !== 1) {
    throw new CliError("Choose exactly one payload: --system-event or --message");
  }
  const target = readSession(flags.session ?? (event === undefined ? "isolated" : "main"));
  const [deletes, keeps] = [flags["delete-after-run"], flags["keep-after-run"]];
  if (deletes && keeps) throw new CliError("Choose --delete-after-run or --keep-after-run, not both");
  if (target === "main" && event === undefined) throw new CliError("Main jobs require --system-event (systemEvent).");
  if (target === "isolated" && event !== undefined) throw new CliError("Isolated jobs require --message (agentTurn).");
  if (target === "main" && (announces || flags["no-deliver"])) {
    throw new CliError("--announce/--no-deliver require --session isolated.");
  }
  const name = flags.name.trim();
  if (name === "") throw new CliError("--name is required");
  return {
    name,
    ...(flags.description === undefined ? {} : { description: flags.description }),
    enabled: !flags.disabled,
    ...(deletes || keeps ? { deleteAfterRun: deletes } : {}),
    ...(flags.agent === undefined ? {} : { agentId: flags.agent }),
    schedule,
    sessionTarget: target,
    wakeMode,
    payload: event === undefined ? turnOf(flags) : { kind: "systemEvent", text: event },
    ...(target === "isolated" ? { delivery: deliveryOf(flags) } : {}),
  };
}

function turnOf(flags: CommandInput<typeof cronAddFlags>["flags"]): object {
  const { message, model, thinking } = flags;
  const timeoutSeconds = flags["timeout-seconds"];
  return {
    kind: "agentTurn",
    message,
    ...(model === undefined ? {} : { model }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

function deliveryOf(flags: CommandInput<typeof cronAddFlags>["flags"]): object {
  if (flags["no-deliver"]) return { mode: "none" };
  return {
    mode: "announce",
    channel: flags.channel,
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(flags["best-effort-deliver"] ? { bestEffort: true } : {}),
  };
}
