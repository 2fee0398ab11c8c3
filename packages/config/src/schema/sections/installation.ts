import { z } from "zod";
import * as t from "../leaves.ts";

/** `meta`: stamps left by whoever last wrote the file. */
export const metaSection = () => z.strictObject({ lastTouchedVersion: t.str, lastTouchedAt: t.str });

/** `wizard`: the last guided set-up. */
export const wizardSection = () =>
  z.strictObject({
    lastRunAt: t.str,
    lastRunVersion: t.str,
    lastRunCommit: t.str,
    lastRunCommand: t.str,
    lastRunMode: t.choice("local", "remote"),
  });

/** `env`: variables for the process; any other key than the two reserved ones is a variable itself. */
export const envSection = () =>
  z
    .object({
      shellEnv: z.strictObject({ enabled: t.flag, timeoutMs: t.intFrom0 }).optional(),
      vars: t.strMap,
    })
    .catchall(z.string());

/** `update`: where newer versions come from. */
export const updateSection = () => z.strictObject({ channel: t.choice("stable", "beta", "dev"), checkOnStart: t.flag });

/** `ui`: what the Control UI looks like. */
export const uiSection = () =>
  z.strictObject({
    seamColor: t.mustHexColor.optional(),
    assistant: z
      .strictObject({ name: z.string().max(50).optional(), avatar: z.string().max(200).optional() })
      .optional(),
  });
