import path from "node:path";
import { systemTimers } from "@openclaw/agent-runtime";
import { GatewayClientError } from "@openclaw/client";
import { type LocalDevices, LocalDevicesError, openLocalDevices } from "@openclaw/gateway/pairing";
import { silentLog } from "@openclaw/log";
import { createFileLease, gatewayLeaseName, LeaseHeldError, systemClock } from "@openclaw/storage";
import { GatewayCallError } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Whether a call failed because nothing listens there; a Gateway that refuses, or is slow, is one that is there. */
export function nobodyListens(error: unknown): error is GatewayCallError {
  if (!(error instanceof GatewayCallError) || error.stage !== "connect") return false;
  const { cause } = error;
  return cause instanceof GatewayClientError && cause.refusal === undefined && cause.closeCode === 1006;
}

/**
 * Works on the files of the Gateway on this machine while it does not run.
 * @param unreached why the Gateway was not asked
 * @throws CliError when a Gateway has the state directory after all, or there is no such entry
 */
export async function withoutGateway(
  context: Pick<CommandContext, "paths">,
  unreached: GatewayCallError,
  work: (devices: LocalDevices) => object,
): Promise<object> {
  const { stateDir } = context.paths;
  const leases = createFileLease({ dir: path.join(stateDir, "leases"), clock: systemClock });
  const lease = await leases.acquire(gatewayLeaseName, { note: "devices" }).catch((error: unknown) => {
    if (!(error instanceof LeaseHeldError)) throw error;
    const who = error.owner ? ` (pid ${error.owner.pid} on ${error.owner.host})` : "";
    throw new CliError(
      [...unreached.lines, `A Gateway${who} has the devices in ${stateDir}; they are not changed behind its back.`],
      { code: "lease-held", cause: error },
    );
  });
  try {
    const devices = openLocalDevices({ stateDir, clock: systemClock, timers: systemTimers, log: silentLog });
    try {
      return work(devices);
    } finally {
      devices.close();
    }
  } catch (error) {
    if (error instanceof LocalDevicesError) throw new CliError(error.message, { code: error.code, cause: error });
    throw error;
  } finally {
    await lease.release();
  }
}
