import { z } from "zod";
import { method } from "../contract.ts";
import { nonEmpty, noParams, open, texts, timestamp } from "../fields.ts";
import { once } from "../once.ts";
import { deviceRequest, pairedDevice } from "../pairing.ts";

const requestIdParams = once(() => z.strictObject({ requestId: nonEmpty() }));

export const deviceMethods = {
  "device.pair.list": method("device.pair.list", {
    scope: "operator.pairing",
    params: noParams,
    /** Newest first. */
    result: () => open({ pending: z.array(deviceRequest()), paired: z.array(pairedDevice()) }),
  }),
  "device.pair.approve": method("device.pair.approve", {
    scope: "operator.pairing",
    params: requestIdParams,
    result: () => open({ requestId: nonEmpty(), device: pairedDevice() }),
  }),
  "device.pair.reject": method("device.pair.reject", {
    scope: "operator.pairing",
    params: requestIdParams,
    result: () => open({ requestId: nonEmpty(), deviceId: nonEmpty() }),
  }),
  /** Forgets a device with its tokens and closes its connections. */
  "device.pair.remove": method("device.pair.remove", {
    scope: "operator.pairing",
    only: 4,
    params: () => z.strictObject({ deviceId: nonEmpty() }),
    result: () => open({ deviceId: nonEmpty() }),
  }),
  "device.pair.rename": method("device.pair.rename", {
    scope: "operator.pairing",
    only: 4,
    params: () => z.strictObject({ deviceId: nonEmpty(), label: nonEmpty().max(64) }),
    result: () => open({ deviceId: nonEmpty(), label: nonEmpty() }),
  }),
  "device.token.rotate": method("device.token.rotate", {
    scope: "operator.pairing",
    params: () => z.strictObject({ deviceId: nonEmpty(), role: nonEmpty(), scopes: z.array(nonEmpty()).optional() }),
    /** The only result that contains a token. */
    result: () =>
      open({
        deviceId: nonEmpty(),
        role: nonEmpty(),
        token: nonEmpty(),
        scopes: texts(),
        rotatedAtMs: timestamp(),
      }),
  }),
  "device.token.revoke": method("device.token.revoke", {
    scope: "operator.pairing",
    params: () => z.strictObject({ deviceId: nonEmpty(), role: nonEmpty() }),
    result: () => open({ deviceId: nonEmpty(), role: nonEmpty(), revokedAtMs: timestamp() }),
  }),
};
