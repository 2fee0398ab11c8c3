import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json, timeoutFlag } from "./shared-flags.ts";

export const devicesFlags = { ...gatewayFlags, timeout: timeoutFlag(10_000), json } as const satisfies FlagSpecs;

const tokenOf = {
  device: { type: "string", value: "id", summary: "device id" },
  role: { type: "string", value: "role", summary: "role name: operator or node" },
} as const satisfies FlagSpecs;

export const devicesTokenFlags = { ...tokenOf, ...devicesFlags } as const satisfies FlagSpecs;

export const devicesRotateFlags = {
  ...tokenOf,
  scope: {
    type: "string",
    value: "scope",
    multiple: true,
    summary: "token scopes; those of the old token when absent",
  },
  ...devicesFlags,
} as const satisfies FlagSpecs;

const requestId = { name: "requestId", summary: "id of the request, from devices list", required: true } as const;
const deviceId = { name: "deviceId", summary: "device id, from devices list", required: true } as const;
const shared = { docs: "/cli/devices", config: "valid" } as const;

export const devicesCommands = [
  defineCommand({
    ...shared,
    id: "devices list",
    summary: "List pending and paired devices",
    flags: devicesFlags,
    args: [],
    load: async () => ({ run: (await import("../commands/devices.ts")).list }),
  }),
  defineCommand({
    ...shared,
    id: "devices approve",
    summary: "Approve a device pairing request",
    flags: devicesFlags,
    args: [requestId],
    load: async () => ({ run: (await import("../commands/devices.ts")).approve }),
  }),
  defineCommand({
    ...shared,
    id: "devices reject",
    summary: "Reject a device pairing request",
    flags: devicesFlags,
    args: [requestId],
    load: async () => ({ run: (await import("../commands/devices.ts")).reject }),
  }),
  defineCommand({
    ...shared,
    id: "devices remove",
    summary: "Forget a paired device and close its connections",
    flags: devicesFlags,
    args: [deviceId],
    load: async () => ({ run: (await import("../commands/devices.ts")).remove }),
  }),
  defineCommand({
    ...shared,
    id: "devices rotate",
    summary: "Issue a new token for a device role",
    flags: devicesRotateFlags,
    args: [],
    examples: [
      ["openclaw devices rotate --device <id> --role operator --scope operator.read", "A token for reading alone."],
    ],
    load: async () => ({ run: (await import("../commands/devices.ts")).rotate }),
  }),
  defineCommand({
    ...shared,
    id: "devices revoke",
    summary: "Revoke the token of a device role",
    flags: devicesTokenFlags,
    args: [],
    load: async () => ({ run: (await import("../commands/devices.ts")).revoke }),
  }),
] as const;
