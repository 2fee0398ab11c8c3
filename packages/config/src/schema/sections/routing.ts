import { z } from "zod";
import * as t from "../leaves.ts";

/** `bindings`: which agent answers where. */
export const bindingsSection = () =>
  z.array(
    z.strictObject({
      agentId: t.mustStr,
      match: z.strictObject({
        channel: t.mustStr,
        accountId: t.str,
        peer: z.strictObject({ kind: t.mustChoice("direct", "group", "channel", "dm"), id: t.mustStr }).optional(),
        guildId: t.str,
        teamId: t.str,
      }),
    }),
  );

/** `broadcast`: chats that several agents answer; any key but `strategy` is a peer. */
export const broadcastSection = () =>
  z.object({ strategy: t.option("parallel", "sequential") }).catchall(z.array(z.string()));
