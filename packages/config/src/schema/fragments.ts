import { z } from "zod";
import { clockTimeProblem, isDuration, oneAllowList, rule } from "./checks.ts";
import * as t from "./leaves.ts";
import { memorySearchFragment } from "./memory-search.ts";
import { sandboxFragment } from "./sandbox.ts";
import { ttsFragment } from "./tts.ts";
import { mediaCapabilityFragment, mediaModelFragment } from "./understanding.ts";

/** Builds on the first call and hands out the same schema afterwards. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What a rule of a ‹Scope› looks at. `dm` means `direct` and `room` means `channel`. */
const scopeRule = () =>
  z.strictObject({
    action: t.mustChoice("allow", "deny"),
    match: z
      .strictObject({
        channel: t.str,
        chatType: t.choice("direct", "group", "channel", "dm", "room"),
        keyPrefix: t.str,
      })
      .optional(),
  });

const heartbeat = () =>
  z
    .strictObject({
      every: t.str,
      activeHours: z.strictObject({ start: t.str, end: t.str, timezone: t.str }).optional(),
      model: t.str,
      session: t.str,
      includeReasoning: t.flag,
      target: t.str,
      to: t.str,
      accountId: t.str,
      prompt: t.str,
      ackMaxChars: t.intFrom0,
    })
    .superRefine(
      rule((value, report) => {
        if (value.every !== undefined && !isDuration(value.every)) {
          report(["every"], "invalid duration (use ms, s, m, h)");
        }
        for (const end of ["start", "end"] as const) {
          const time = value.activeHours?.[end];
          const problem = time === undefined ? undefined : clockTimeProblem(time, end);
          if (problem) report(["activeHours", end], problem);
        }
      }),
    );

const exec = () =>
  z.strictObject({
    host: t.option("sandbox", "gateway", "node"),
    security: t.option("deny", "allowlist", "full"),
    ask: t.option("off", "on-miss", "always"),
    node: t.str,
    pathPrepend: t.strList,
    safeBins: t.strList,
    backgroundMs: t.intAbove0,
    timeoutSec: t.intAbove0,
    approvalRunningNoticeMs: t.intFrom0,
    cleanupMs: t.intAbove0,
    notifyOnExit: t.flag,
    applyPatch: z.strictObject({ enabled: t.flag, allowModels: t.strList }).optional(),
  });

/** The keys of a tool policy, for objects that carry more keys beside them. */
export const toolPolicyKeys = { allow: t.strList, alsoAllow: t.strList, deny: t.strList };
/** {@link toolPolicyKeys} with the base profile. */
export const toolProfileKeys = { profile: t.choice("minimal", "coding", "messaging", "full"), ...toolPolicyKeys };

/** The keys every install record has; hook packs add theirs. */
export const installKeys = {
  source: t.mustChoice("npm", "archive", "path"),
  spec: t.str,
  sourcePath: t.str,
  installPath: t.str,
  version: t.str,
  installedAt: t.str,
};

/**
 * The shapes several sections share. One set is made per validation: a shape is built when a section first asks for it
 * and used by all others after that.
 */
export function createFragments() {
  const scope = once(() => z.strictObject({ default: t.choice("allow", "deny"), rules: t.listOf(scopeRule()) }));
  const deepgram = once(() => t.flags("detectLanguage", "punctuate", "smartFormat"));
  const providerOptions = once(() => t.mapOf(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))));
  const mediaModel = once(() => mediaModelFragment({ deepgram: deepgram(), providerOptions: providerOptions() }));
  return {
    toolPolicy: once(() => z.strictObject(toolPolicyKeys).superRefine(oneAllowList("tools policy"))),
    providerToolPolicy: once(() =>
      z.strictObject(toolProfileKeys).superRefine(oneAllowList("tools.byProvider policy")),
    ),
    scope,
    modelSelection: once(() => z.union([z.string(), z.strictObject({ primary: t.str, fallbacks: t.strList })])),
    modelChain: once(() => z.strictObject({ primary: t.str, fallbacks: t.strList })),
    heartbeat: once(heartbeat),
    humanDelay: once(() =>
      z.strictObject({ mode: t.choice("off", "natural", "custom"), minMs: t.intFrom0, maxMs: t.intFrom0 }),
    ),
    groupChat: once(() => z.strictObject({ mentionPatterns: t.strList, historyLimit: t.intFrom0 })),
    sandbox: once(sandboxFragment),
    memorySearch: once(memorySearchFragment),
    exec: once(exec),
    elevated: once(() =>
      z.strictObject({ enabled: t.flag, allowFrom: t.mapOf(z.array(z.union([z.string(), z.number()]))) }),
    ),
    mediaModel,
    mediaCapability: once(() =>
      mediaCapabilityFragment({
        deepgram: deepgram(),
        providerOptions: providerOptions(),
        scope: scope(),
        model: mediaModel(),
      }),
    ),
    tts: once(ttsFragment),
    coalesce: once(() => z.strictObject({ minChars: t.intAbove0, maxChars: t.intAbove0, idleMs: t.intFrom0 })),
    chunk: once(() =>
      z.strictObject({
        minChars: t.intAbove0,
        maxChars: t.intAbove0,
        breakPreference: t.choice("paragraph", "newline", "sentence"),
      }),
    ),
    retry: once(() =>
      z.strictObject({ attempts: t.intFrom1, minDelayMs: t.intFrom0, maxDelayMs: t.intFrom0, jitter: t.share }),
    ),
    reset: once(() =>
      z.strictObject({ mode: t.choice("daily", "idle"), atHour: t.intBetween(0, 23), idleMinutes: t.intAbove0 }),
    ),
    visibility: once(() => z.strictObject({ showOk: t.flag, showAlerts: t.flag, useIndicator: t.flag })),
    markdown: once(() => z.strictObject({ tables: t.option("off", "bullets", "code") })),
    direct: once(() => z.strictObject({ enabled: t.flag, policy: t.dmPolicy, allowFrom: t.idList })),
  };
}

/** The shared shapes of one validation. */
export type Fragments = ReturnType<typeof createFragments>;
