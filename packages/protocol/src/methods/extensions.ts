import { z } from "zod";
import { method } from "../contract.ts";
import { flag, ignoredParams, nonEmpty, open, text, textOrNull, texts } from "../fields.ts";
import { once } from "../once.ts";

const requirements = once(() => open({ bins: texts(), anyBins: texts(), env: texts(), config: texts(), os: texts() }));

/** What has been added to a Gateway. */
export const extensionMethods = {
  "hooks.status": method("hooks.status", {
    scope: "operator.read",
    only: 4,
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        workspaceDir: text(),
        managedHooksDir: text(),
        hooks: z.array(
          open({
            name: nonEmpty(),
            description: text(),
            emoji: textOrNull(),
            eligible: flag(),
            disabled: flag(),
            source: text(),
            pluginId: textOrNull(),
            events: texts(),
            homepage: textOrNull(),
            missing: requirements(),
            managedByPlugin: flag(),
          }),
        ),
      }),
  }),
  "plugins.list": method("plugins.list", {
    scope: "operator.read",
    only: 4,
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        plugins: z.array(
          open({
            id: nonEmpty(),
            name: text(),
            version: text().optional(),
            description: text().optional(),
            source: text(),
            origin: text(),
            enabled: flag(),
            status: z.enum(["loaded", "disabled", "error"]),
            error: text().optional(),
          }),
        ),
        diagnostics: z.array(open({ level: text(), message: text(), pluginId: text().optional() })),
      }),
  }),
};
