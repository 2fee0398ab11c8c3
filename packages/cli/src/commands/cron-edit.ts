import { saveJob } from "../cron/cron-call.ts";
import { countGiven, readSchedule, readSession, readWake } from "../cron/job-input.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronEditFlags } from "../spec/cron-commands.ts";

type Flags = CommandInput<typeof cronEditFlags>["flags"];

/** `cron edit`. */
export async function run(
  { flags, args }: CommandInput<typeof cronEditFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [id] = args;
  return saveJob(flags, context, "cron.update", { id, patch: patchOf(flags, context.now()) });
}

function patchOf(flags: Flags, now: number): object {
  const event = flags["system-event"];
  const target = flags.session === undefined ? undefined : readSession(flags.session);
  if (target === "main" && flags.message !== undefined) {
    throw new CliError("Main jobs cannot use --message; use --system-event or --session isolated.");
  }
  if (target === "isolated" && event !== undefined) {
    throw new CliError("Isolated jobs cannot use --system-event; use --message or --session main.");
  }
  const announces = flags.announce || flags.deliver;
  if (announces && flags["no-deliver"]) throw new CliError("Choose --announce or --no-deliver (not multiple).");
  if (flags.enable && flags.disable) throw new CliError("Choose --enable or --disable, not both");
  if (flags.agent !== undefined && flags["clear-agent"]) throw new CliError("Use --agent or --clear-agent, not both");
  const [deletes, keeps] = [flags["delete-after-run"], flags["keep-after-run"]];
  if (deletes && keeps) throw new CliError("Choose --delete-after-run or --keep-after-run, not both");
  if (countGiven(flags.at, flags.every, flags.cron) > 1) throw new CliError("Choose at most one schedule change");
  const schedule = readSchedule(flags, now, { at: "Invalid --at", every: "Invalid --every" });
  if (flags.tz !== undefined && flags.cron === undefined) throw new CliError("--tz requires --cron");
  const payload = payloadOf(flags);
  const delivery = deliveryOf(flags, announces);
  return {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.description === undefined ? {} : { description: flags.description }),
    ...(flags.enable || flags.disable ? { enabled: flags.enable } : {}),
    ...(deletes || keeps ? { deleteAfterRun: deletes } : {}),
    ...(flags["clear-agent"] ? { agentId: null } : flags.agent === undefined ? {} : { agentId: flags.agent }),
    ...(target === undefined ? {} : { sessionTarget: target }),
    ...(flags.wake === undefined ? {} : { wakeMode: readWake(flags.wake) }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(payload === undefined ? {} : { payload }),
    ...(delivery === undefined ? {} : { delivery }),
  };
}

function payloadOf(flags: Flags): object | undefined {
  const event = flags["system-event"];
  const turn = {
    ...(flags.message === undefined ? {} : { message: flags.message }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.thinking === undefined ? {} : { thinking: flags.thinking }),
    ...(flags["timeout-seconds"] === undefined ? {} : { timeoutSeconds: flags["timeout-seconds"] }),
  };
  const changesTurn = Object.keys(turn).length > 0;
  if (event !== undefined && changesTurn) throw new CliError("Choose at most one payload change");
  if (event !== undefined) return { kind: "systemEvent", text: event };
  return changesTurn ? { kind: "agentTurn", ...turn } : undefined;
}

/** Who says where an answer goes wants it delivered. */
function deliveryOf(flags: Flags, announces: boolean): object | undefined {
  const bestEffort = flags["best-effort-deliver"] ? true : flags["no-best-effort-deliver"] ? false : undefined;
  const where = {
    ...(flags.channel === undefined ? {} : { channel: flags.channel }),
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(bestEffort === undefined ? {} : { bestEffort }),
  };
  if (flags["no-deliver"]) return { ...where, mode: "none" };
  return announces || Object.keys(where).length > 0 ? { ...where, mode: "announce" } : undefined;
}
