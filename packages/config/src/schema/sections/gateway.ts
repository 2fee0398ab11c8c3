import { z } from "zod";
import { rule } from "../checks.ts";
import * as t from "../leaves.ts";

const auth = () =>
  z.strictObject({
    mode: t.choice("token", "password"),
    token: t.str,
    password: t.str,
    allowTailscale: t.flag,
    rateLimit: z
      .strictObject({
        maxAttempts: t.intAbove0,
        windowMs: t.intAbove0,
        lockoutMs: t.intAbove0,
        exemptLoopback: t.flag,
      })
      .optional(),
  });

const controlUi = () =>
  z.strictObject({
    enabled: t.flag,
    basePath: t.str,
    root: t.str,
    allowedOrigins: t.strList,
    allowInsecureAuth: t.flag,
    dangerouslyDisableDeviceAuth: t.flag,
  });

const remote = () =>
  z
    .strictObject({
      url: t.str,
      transport: t.choice("ssh", "direct"),
      token: t.str,
      password: t.str,
      tlsFingerprint: t.str,
      sshTarget: t.str,
      sshIdentity: t.str,
    })
    .superRefine(
      rule((value, report) => {
        if (value.transport !== "direct" || /^wss?:\/\//i.test(value.url?.trim() ?? "")) return;
        report(["url"], 'gateway.remote.transport="direct" requires a ws:// or wss:// gateway.remote.url');
      }),
    );

const responses = () =>
  z.strictObject({
    enabled: t.flag,
    maxBodyBytes: t.intAbove0,
    files: z
      .strictObject({
        allowUrl: t.flag,
        allowedMimes: t.strList,
        maxBytes: t.intAbove0,
        maxChars: t.intAbove0,
        maxRedirects: t.intFrom0,
        timeoutMs: t.intAbove0,
        pdf: z.strictObject({ maxPages: t.intAbove0, maxPixels: t.intAbove0, minTextChars: t.intFrom0 }).optional(),
      })
      .optional(),
    images: z
      .strictObject({
        allowUrl: t.flag,
        allowedMimes: t.strList,
        maxBytes: t.intAbove0,
        maxRedirects: t.intFrom0,
        timeoutMs: t.intAbove0,
      })
      .optional(),
  });

const http = () =>
  z.strictObject({
    endpoints: z
      .strictObject({
        chatCompletions: z.strictObject({ enabled: t.flag }).optional(),
        responses: t.later(responses),
      })
      .optional(),
  });

const nodes = () =>
  z.strictObject({
    browser: z.strictObject({ mode: t.choice("auto", "manual", "off"), node: t.str }).optional(),
    allowCommands: t.strList,
    denyCommands: t.strList,
  });

/** `gateway`: the server everything connects to. */
export const gatewaySection = () =>
  z.strictObject({
    port: t.intAbove0,
    mode: t.choice("local", "remote"),
    bind: t.choice("auto", "lan", "loopback", "custom", "tailnet"),
    customBindHost: t.str,
    auth: t.later(auth),
    trustedProxies: t.strList,
    tailscale: z.strictObject({ mode: t.tailscaleMode, resetOnExit: t.flag }).optional(),
    controlUi: t.later(controlUi),
    remote: t.later(remote),
    reload: z.strictObject({ mode: t.choice("off", "restart", "hot", "hybrid"), debounceMs: t.intFrom0 }).optional(),
    tls: z
      .strictObject({ enabled: t.flag, autoGenerate: t.flag, certPath: t.str, keyPath: t.str, caPath: t.str })
      .optional(),
    http: t.later(http),
    nodes: t.later(nodes),
  });
