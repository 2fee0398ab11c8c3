import { z } from "zod";
import { rule } from "../checks.ts";
import * as t from "../leaves.ts";

const profile = () =>
  z
    .strictObject({
      cdpPort: t.intBetween(1, 65_535),
      cdpUrl: t.str,
      driver: t.choice("clawd", "extension", "openclaw"),
      color: t.mustHexColor,
    })
    .superRefine(
      rule((value, report) => {
        if (value.cdpPort === undefined && value.cdpUrl === undefined) {
          report([], "Profile must set cdpPort or cdpUrl");
        }
      }),
    );

/** `browser`: the browser agents drive. */
export const browserSection = () =>
  z.strictObject({
    enabled: t.flag,
    evaluateEnabled: t.flag,
    cdpUrl: t.str,
    remoteCdpTimeoutMs: t.intFrom0,
    remoteCdpHandshakeTimeoutMs: t.intFrom0,
    color: t.str,
    executablePath: t.str,
    headless: t.flag,
    noSandbox: t.flag,
    attachOnly: t.flag,
    defaultProfile: t.str,
    snapshotDefaults: z.strictObject({ mode: t.choice("efficient") }).optional(),
    ssrfPolicy: z.strictObject({ allowPrivateNetwork: t.flag, allowedHosts: t.strList }).optional(),
    profiles: z.record(z.string().regex(/^[a-z0-9-]+$/), profile()).optional(),
  });
