import { type GatewayConnection, withGateway } from "../call/gateway-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronPlainFlags } from "../spec/cron-commands.ts";

/** The flags of every command that asks the Gateway about jobs. */
export type CronCallFlags = CommandInput<typeof cronPlainFlags>["flags"];

/** One request about jobs, and its answer. */
export function askCron(
  flags: CronCallFlags,
  context: CommandContext,
  method: string,
  params: object,
): Promise<unknown> {
  return withCron(flags, context, (connection) =>
    connection.call(method, params, { expectFinal: flags["expect-final"] }),
  );
}

/** Several requests on one connection. */
export function withCron<T>(
  { url, token, password, timeout }: CronCallFlags,
  context: CommandContext,
  work: (connection: GatewayConnection) => Promise<T>,
): Promise<T> {
  // Version 4 lists jobs in pages and does not wait for a run; what is printed here is the whole, and the run's end.
  const protocol = { min: 3, max: 3 } as const;
  return withGateway({ context, url, token, password, timeoutMs: timeout, protocol }, work);
}

/** Saves a job and prints it; says so when nothing will run it. */
export function saveJob(
  flags: CronCallFlags,
  context: CommandContext,
  method: "cron.add" | "cron.update",
  params: object,
): Promise<undefined> {
  return withCron(flags, context, async (connection) => {
    const job = await connection.call(method, params, { expectFinal: flags["expect-final"] });
    const status: unknown = await connection.call("cron.status", {});
    context.printJson(job);
    if (Reflect.get(Object(status), "enabled") !== false) return undefined;
    context.warn("The cron scheduler is disabled in the Gateway: jobs are saved, but none will run automatically.");
    context.warn("To switch it on: set cron.enabled: true and restart the Gateway.");
    context.warn(`store: ${String(Reflect.get(Object(status), "storePath"))}`);
    return undefined;
  });
}
