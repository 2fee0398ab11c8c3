import { z } from "zod";
import { isSafeExecutable, rule, unsafeExecutableMessage } from "../checks.ts";
import * as t from "../leaves.ts";

/** `discovery`: how other machines find this Gateway. */
export const discoverySection = () =>
  z.strictObject({
    mdns: z.strictObject({ mode: t.option("off", "minimal", "full") }).optional(),
    wideArea: z.strictObject({ enabled: t.flag, domain: t.str }).optional(),
  });

/** `canvasHost`: the files agents show on nodes. */
export const canvasHostSection = () =>
  z.strictObject({ enabled: t.flag, root: t.str, port: t.intAbove0, liveReload: t.flag });

/** `bridge`: settings of a transport that no longer exists; kept loadable, without effect. */
export const bridgeSection = () => z.record(z.string(), z.unknown());

/** `web`: the WhatsApp Web connection. */
export const webSection = () =>
  z.strictObject({
    enabled: t.flag,
    heartbeatSeconds: t.intAbove0,
    reconnect: z
      .strictObject({
        initialMs: t.numAbove0,
        maxMs: t.numAbove0,
        factor: t.numAbove0,
        jitter: t.share,
        maxAttempts: t.intFrom0,
      })
      .optional(),
  });

/** `talk`: spoken conversations. */
export const talkSection = () =>
  z.strictObject({
    voiceId: t.str,
    voiceAliases: t.strMap,
    modelId: t.str,
    outputFormat: t.str,
    apiKey: t.str,
    interruptOnSpeech: t.flag,
  });

/** `cron`: the scheduler. */
export const cronSection = () => z.strictObject({ enabled: t.flag, store: t.str, maxConcurrentRuns: t.intAbove0 });

/** `storage`: how durable writes are made. */
export const storageSection = () => z.strictObject({ fsync: t.choice("group", "off") });

/** `media`: the store of received files. */
export const mediaSection = () => z.strictObject({ preserveFilenames: t.flag });

/** `audio`: the older place of the transcription program. */
export const audioSection = () =>
  z.strictObject({
    transcription: z
      .strictObject({ command: z.array(z.string()), timeoutSeconds: t.intAbove0 })
      .superRefine(
        rule((value, report) => {
          if (!isSafeExecutable(value.command[0] ?? "")) report(["command", 0], unsafeExecutableMessage);
        }),
      )
      .optional(),
  });

/** `nodeHost`: what this machine offers when it runs as a node. */
export const nodeHostSection = () =>
  z.strictObject({ browserProxy: z.strictObject({ enabled: t.flag, allowProfiles: t.strList }).optional() });
