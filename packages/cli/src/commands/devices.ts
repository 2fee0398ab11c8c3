import type { LocalDevices } from "@openclaw/gateway/pairing";
import type { PairedDevice } from "@openclaw/protocol";
import { gatewayCall } from "../call/gateway-call.ts";
import type { TargetFlags } from "../call/gateway-target.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { devicesFlags, devicesRotateFlags, devicesTokenFlags } from "../spec/devices-commands.ts";
import { formatAge } from "../terminal/age.ts";
import { renderTable } from "../terminal/table.ts";
import { listOf, numberOf, recordOf, textOf } from "./payload.ts";

type DevicesInput = CommandInput<typeof devicesFlags>;

/** `devices list` */
export async function list({ flags }: DevicesInput, context: CommandContext): Promise<undefined> {
  const answer = recordOf(await call(flags, context, "device.pair.list", {}, (devices) => devices.list()));
  if (flags.json) return void context.printJson({ pending: listOf(answer.pending), paired: listOf(answer.paired) });
  const pending = listOf(answer.pending).map(recordOf);
  const paired = listOf(answer.paired).map(recordOf);
  if (pending.length + paired.length === 0) return void context.print("No device pairing entries.");
  const { style } = context;
  const table = { width: context.stdout.columns, style };
  if (pending.length > 0) {
    context.print(style.heading(`Pending (${pending.length})`));
    const titles = ["Request", "Device", "Role", "IP", "Age", "Flags"];
    const rows = pending.map((request) => [
      textOf(request.requestId) ?? "",
      nameOf(request),
      textOf(request.role) ?? "",
      textOf(request.remoteIp) ?? "",
      formatAge(context.now() - (numberOf(request.ts) ?? Number.NaN)),
      request.isRepair === true ? "repair" : "",
    ]);
    const columns = titles.map((title) => ({ title, flexible: title === "Device" }));
    context.print(renderTable(columns, rows, table));
  }
  if (paired.length > 0) {
    context.print(style.heading(`Paired (${paired.length})`));
    const titles = ["Device", "Roles", "Scopes", "Tokens", "IP"];
    const rows = paired.map((device) => [
      nameOf(device),
      textsOf(device.roles).join(", "),
      textsOf(device.scopes).join(", "),
      tokensOf(device.tokens),
      textOf(device.remoteIp) ?? "",
    ]);
    const columns = titles.map((title) => ({ title, flexible: title === "Device" || title === "Scopes" }));
    context.print(renderTable(columns, rows, table));
  }
}

/** `devices approve` */
export async function approve({ flags, args }: DevicesInput, context: CommandContext): Promise<undefined> {
  const requestId = args[0] ?? "";
  const answer = recordOf(
    await call(flags, context, "device.pair.approve", { requestId }, (devices) => devices.approve(requestId)),
  );
  if (flags.json) return void context.printJson(answer);
  context.print(`Approved ${textOf(recordOf(answer.device).deviceId)}`);
}

/** `devices reject` */
export async function reject({ flags, args }: DevicesInput, context: CommandContext): Promise<undefined> {
  const requestId = args[0] ?? "";
  const answer = recordOf(
    await call(flags, context, "device.pair.reject", { requestId }, (devices) => devices.reject(requestId)),
  );
  if (flags.json) return void context.printJson(answer);
  context.print(`Rejected ${textOf(answer.deviceId)}`);
}

/** `devices remove` */
export async function remove({ flags, args }: DevicesInput, context: CommandContext): Promise<undefined> {
  const deviceId = args[0] ?? "";
  const answer = recordOf(
    await call(flags, context, "device.pair.remove", { deviceId }, (devices) => devices.remove(deviceId)),
  );
  if (flags.json) return void context.printJson(answer);
  context.print(`Removed ${textOf(answer.deviceId)}`);
}

/** `devices rotate`: the one command that shows a token. */
export async function rotate(
  { flags }: CommandInput<typeof devicesRotateFlags>,
  context: CommandContext,
): Promise<undefined> {
  const scopes = flags.scope?.split(",").filter((scope) => scope !== "");
  const { deviceId, role } = tokenParams(flags);
  const params = { deviceId, role, ...(scopes ? { scopes } : {}) };
  context.printJson(
    await call(flags, context, "device.token.rotate", params, (devices) => devices.rotate(deviceId, role, scopes)),
  );
}

/** `devices revoke` */
export async function revoke(
  { flags }: CommandInput<typeof devicesTokenFlags>,
  context: CommandContext,
): Promise<undefined> {
  const params = tokenParams(flags);
  context.printJson(
    await call(flags, context, "device.token.revoke", params, (devices) =>
      devices.revoke(params.deviceId, params.role),
    ),
  );
}

function tokenParams(flags: { device: string | undefined; role: string | undefined }) {
  const deviceId = flags.device?.trim();
  const role = flags.role?.trim();
  if (!deviceId || !role) throw new CliError("--device and --role required");
  return { deviceId, role };
}

/** Asks the Gateway; the one of this machine that does not run is not needed for what stands in its files. */
async function call(
  flags: TargetFlags & { timeout: number },
  context: CommandContext,
  method: string,
  params: object,
  locally: (devices: LocalDevices) => object,
): Promise<unknown> {
  const { url, token, password, timeout } = flags;
  try {
    return await gatewayCall({ context, url, token, password, timeoutMs: timeout, method, params });
  } catch (error) {
    const { config } = await context.config();
    if (url || config.gateway?.mode === "remote") throw error;
    const { nobodyListens, withoutGateway } = await import("../devices/without-gateway.ts");
    if (!nobodyListens(error)) throw error;
    return withoutGateway(context, error, locally);
  }
}

/** Its name and its id, the one under the other. */
function nameOf(device: Record<string, unknown>): string {
  return [textOf(device.displayName), textOf(device.deviceId)].filter((part) => part !== undefined).join("\n");
}

function textsOf(value: unknown): string[] {
  return listOf(value).flatMap((item) => textOf(item) ?? []);
}

function tokensOf(value: unknown): string {
  const tokens = listOf(value).map(recordOf) as Partial<NonNullable<PairedDevice["tokens"]>[number]>[];
  return tokens.map(({ role, revokedAtMs }) => `${role}${revokedAtMs === undefined ? "" : " (revoked)"}`).join(", ");
}
