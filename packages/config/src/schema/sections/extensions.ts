import { z } from "zod";
import { type Fragments, installKeys } from "../fragments.ts";
import * as t from "../leaves.ts";

const qmd = (f: Fragments) =>
  z.strictObject({
    command: t.str,
    includeDefaultMemory: t.flag,
    paths: t.listOf(z.strictObject({ path: t.mustStr, name: t.str, pattern: t.str })),
    sessions: z.strictObject({ enabled: t.flag, exportDir: t.str, retentionDays: t.intFrom0 }).optional(),
    update: z
      .strictObject({
        interval: t.str,
        debounceMs: t.intFrom0,
        onBoot: t.flag,
        waitForBootSync: t.flag,
        embedInterval: t.str,
        commandTimeoutMs: t.intFrom0,
        updateTimeoutMs: t.intFrom0,
        embedTimeoutMs: t.intFrom0,
      })
      .optional(),
    limits: z
      .strictObject({
        maxResults: t.intAbove0,
        maxSnippetChars: t.intAbove0,
        maxInjectedChars: t.intAbove0,
        timeoutMs: t.intFrom0,
      })
      .optional(),
    scope: t.later(f.scope),
  });

/** `memory`: the search backend behind the memory tools. */
export const memorySection = (f: Fragments) =>
  z.strictObject({
    backend: t.choice("builtin", "qmd"),
    citations: t.choice("auto", "on", "off"),
    qmd: t.later(() => qmd(f)),
  });

/** `skills`: which skills are offered and what they need. */
export const skillsSection = () =>
  z.strictObject({
    allowBundled: t.strList,
    load: z.strictObject({ extraDirs: t.strList, watch: t.flag, watchDebounceMs: t.intFrom0 }).optional(),
    install: z.strictObject({ preferBrew: t.flag, nodeManager: t.choice("npm", "pnpm", "yarn", "bun") }).optional(),
    entries: t.laterMap(() => z.strictObject({ enabled: t.flag, apiKey: t.str, env: t.strMap, config: t.freeMap })),
  });

/** `plugins`: which plugins run. Their own settings are checked against their manifests later. */
export const pluginsSection = () =>
  z.strictObject({
    enabled: t.flag,
    allow: t.strList,
    deny: t.strList,
    load: z.strictObject({ paths: t.strList }).optional(),
    slots: z.strictObject({ memory: t.str }).optional(),
    entries: t.laterMap(() => z.strictObject({ enabled: t.flag, config: t.freeMap })),
    installs: t.laterMap(() => z.strictObject(installKeys)),
  });
