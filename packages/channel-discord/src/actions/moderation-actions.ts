import { z } from "zod";
import { type ActionCall, type ActionTable, guildOf, idParam, numberParam, readParams } from "./params.ts";

const memberParams = z.object({ userId: idParam, reason: z.string().optional() });
/** Discord's own longest, minutes. */
const maxTimeoutMinutes = 28 * 24 * 60;
const maxDeleteDays = 7;

/** Roles, timeouts, kicks and bans. */
export const moderationActions: ActionTable = {
  "role-add": (call) => changeRole(call, "PUT"),
  "role-remove": (call) => changeRole(call, "DELETE"),

  async timeout(call) {
    const { userId, reason, durationMin, until } = readParams(
      call,
      memberParams.extend({
        durationMin: numberParam.min(0).max(maxTimeoutMinutes).optional(),
        until: z
          .string()
          .refine((text) => !Number.isNaN(Date.parse(text)), "is not a time")
          .optional(),
      }),
    );
    const end =
      until !== undefined
        ? new Date(until).toISOString()
        : durationMin
          ? new Date(Date.now() + durationMin * 60_000).toISOString()
          : null;
    const member = await call.bot.api.call("PATCH", `/guilds/${await guildOf(call)}/members/${userId}`, {
      body: { communication_disabled_until: end },
      reason,
    });
    return { ok: true, until: end, member };
  },

  async kick(call) {
    const { userId, reason } = readParams(call, memberParams);
    await call.bot.api.call("DELETE", `/guilds/${await guildOf(call)}/members/${userId}`, { reason });
    return { ok: true };
  },

  async ban(call) {
    const { userId, reason, deleteDays, deleteMessageDays } = readParams(
      call,
      memberParams.extend({
        deleteDays: numberParam.min(0).max(maxDeleteDays).optional(),
        deleteMessageDays: numberParam.min(0).max(maxDeleteDays).optional(),
      }),
    );
    const days = deleteDays ?? deleteMessageDays;
    await call.bot.api.call("PUT", `/guilds/${await guildOf(call)}/bans/${userId}`, {
      body: days === undefined ? {} : { delete_message_seconds: Math.round(days * 86_400) },
      reason,
    });
    return { ok: true };
  },
};

async function changeRole(call: ActionCall, method: "PUT" | "DELETE"): Promise<unknown> {
  const { userId, roleId, reason } = readParams(call, memberParams.extend({ roleId: idParam }));
  await call.bot.api.call(method, `/guilds/${await guildOf(call)}/members/${userId}/roles/${roleId}`, { reason });
  return { ok: true };
}
