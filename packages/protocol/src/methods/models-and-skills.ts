import { z } from "zod";
import { method } from "../contract.ts";
import { anything, count, done, flag, integer, nonEmpty, noParams, open, text, texts } from "../fields.ts";
import { once } from "../once.ts";

const requirements = once(() => open({ bins: texts(), anyBins: texts(), env: texts(), config: texts(), os: texts() }));

const skill = once(() =>
  open({
    name: text(),
    description: text(),
    source: text(),
    bundled: flag(),
    filePath: text(),
    baseDir: text(),
    skillKey: text(),
    primaryEnv: text().optional(),
    emoji: text().optional(),
    homepage: text().optional(),
    always: flag(),
    disabled: flag(),
    blockedByAllowlist: flag(),
    eligible: flag(),
    requirements: requirements(),
    missing: requirements(),
    configChecks: z.array(open({ path: text(), satisfied: flag() })),
    install: z.array(open({ id: text(), kind: text(), label: text(), bins: texts() })),
  }),
);

/** Version 4: skills that come from a registry or an upload. */
const otherSource = once(() => open({ source: nonEmpty() }));

export const modelAndSkillMethods = {
  "models.list": method("models.list", {
    scope: "operator.read",
    params: noParams,
    // Version 4 has more filters than are named here; they are dropped.
    v4Params: () =>
      z.object({
        view: z.enum(["default", "configured", "provider-config", "all"]).optional(),
        agentId: nonEmpty().optional(),
        refresh: flag().optional(),
        preparedOnly: flag().optional(),
        includeProviderCapabilities: flag().optional(),
      }),
    result: () =>
      open({
        models: z.array(
          open({
            id: nonEmpty(),
            name: text(),
            provider: nonEmpty(),
            /** Tokens. */
            contextWindow: count().optional(),
            reasoning: flag().optional(),
            input: z.array(z.enum(["text", "image"])).optional(),
            /** Version 4 only, from here on. */
            tags: texts().optional(),
            available: flag().optional(),
            thinkingLevels: z.array(open({ id: text(), label: text() })).optional(),
            thinkingDefault: text().optional(),
          }),
        ),
      }),
  }),
  "skills.status": method("skills.status", {
    scope: "operator.read",
    params: () => z.strictObject({ agentId: nonEmpty().optional() }),
    result: () =>
      open({
        workspaceDir: text(),
        managedSkillsDir: text(),
        agentId: text().optional(),
        skills: z.array(skill()),
      }),
  }),
  "skills.bins": method("skills.bins", {
    scope: "node",
    params: noParams,
    result: () => open({ bins: texts() }),
  }),
  "skills.install": method("skills.install", {
    scope: "operator.admin",
    params: () =>
      z.strictObject({
        name: nonEmpty(),
        installId: nonEmpty(),
        timeoutMs: integer(1_000).optional(),
      }),
    // The forms for other sources have their own fields; the owner of the method refuses those it does not serve.
    v4Params: (v3) => z.union([v3, otherSource()]),
    result: () =>
      open({
        ok: flag(),
        message: text(),
        stdout: text(),
        stderr: text(),
        code: count().nullable(),
      }),
  }),
  "skills.update": method("skills.update", {
    scope: "operator.admin",
    params: () =>
      z.strictObject({
        skillKey: nonEmpty(),
        enabled: flag().optional(),
        apiKey: text().optional(),
        env: z.record(nonEmpty(), text()).optional(),
      }),
    v4Params: (v3) => z.union([v3, otherSource()]),
    result: () =>
      done().extend({
        skillKey: text(),
        /** Secrets masked. */
        config: open({ enabled: flag().optional(), apiKey: anything().optional(), env: open({}).optional() }),
      }),
  }),
};
