import { z } from "zod";
import { method } from "../contract.ts";
import { count, done, flag, nonEmpty, noParams, open, text } from "../fields.ts";
import { once } from "../once.ts";

const file = once(() =>
  open({
    name: text(),
    path: text(),
    missing: flag(),
    /** Bytes. */
    size: count().optional(),
    updatedAtMs: count().optional(),
    content: text().optional(),
  }),
);

export const agentMethods = {
  "agents.list": method("agents.list", {
    scope: "operator.read",
    params: noParams,
    result: () =>
      open({
        defaultId: nonEmpty(),
        mainKey: nonEmpty(),
        scope: z.enum(["per-sender", "global"]),
        agents: z.array(
          open({
            id: nonEmpty(),
            name: text().optional(),
            identity: open({
              name: text().optional(),
              theme: text().optional(),
              emoji: text().optional(),
              avatar: text().optional(),
              avatarUrl: text().optional(),
            }).optional(),
            /** Version 4 only, from here on. */
            workspace: text().optional(),
            model: open({ primary: text().optional() }).optional(),
            thinkingLevels: z.array(open({ id: text(), label: text() })).optional(),
          }),
        ),
        ownership: text().optional(),
        selectionRequired: flag().optional(),
      }),
  }),
  "agents.create": method("agents.create", {
    scope: "operator.admin",
    params: () =>
      z.strictObject({
        name: nonEmpty(),
        workspace: nonEmpty(),
        emoji: text().optional(),
        avatar: text().optional(),
      }),
    v4Params: (v3) => v3.extend({ workspace: nonEmpty().optional(), model: nonEmpty().optional() }),
    result: () => done().extend({ agentId: nonEmpty(), name: text(), workspace: text() }),
  }),
  "agents.update": method("agents.update", {
    scope: "operator.admin",
    params: () =>
      z.strictObject({
        agentId: nonEmpty(),
        name: nonEmpty().optional(),
        workspace: nonEmpty().optional(),
        model: nonEmpty().optional(),
        avatar: text().optional(),
      }),
    result: () => done().extend({ agentId: nonEmpty() }),
  }),
  "agents.delete": method("agents.delete", {
    scope: "operator.admin",
    params: () => z.strictObject({ agentId: nonEmpty(), deleteFiles: flag().default(true) }),
    result: () => done().extend({ agentId: nonEmpty(), removedBindings: count() }),
  }),
  "agents.files.list": method("agents.files.list", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    params: () => z.strictObject({ agentId: nonEmpty() }),
    result: () => open({ agentId: nonEmpty(), workspace: text(), files: z.array(file()) }),
  }),
  "agents.files.get": method("agents.files.get", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    params: () => z.strictObject({ agentId: nonEmpty(), name: nonEmpty() }),
    result: () => open({ agentId: nonEmpty(), workspace: text(), file: file() }),
  }),
  "agents.files.set": method("agents.files.set", {
    scope: "operator.admin",
    params: () => z.strictObject({ agentId: nonEmpty(), name: nonEmpty(), content: text() }),
    result: () => done().extend({ agentId: nonEmpty(), workspace: text(), file: file() }),
  }),
};
