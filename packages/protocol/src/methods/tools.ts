import { z } from "zod";
import { method } from "../contract.ts";
import { nonEmpty, open, text, texts } from "../fields.ts";
import { once } from "../once.ts";

const named = once(() => open({ id: nonEmpty(), label: text() }));

export const toolMethods = {
  /** Every tool an agent may be given, by kind, and the profiles that contain it. */
  "tools.catalog": method("tools.catalog", {
    scope: "operator.read",
    only: 4,
    // There are more filters than are named here; they are dropped.
    params: () => z.object({ agentId: nonEmpty().optional() }),
    result: () =>
      open({
        agentId: text(),
        profiles: z.array(named()),
        groups: z.array(
          open({
            id: nonEmpty(),
            label: text(),
            source: z.enum(["core", "plugin"]),
            tools: z.array(
              open({
                id: nonEmpty(),
                label: text(),
                description: text(),
                source: z.enum(["core", "plugin"]),
                defaultProfiles: texts(),
              }),
            ),
          }),
        ),
      }),
  }),
  /** The tools a session has now, after every policy. */
  "tools.effective": method("tools.effective", {
    scope: "operator.read",
    only: 4,
    params: () => z.object({ sessionKey: nonEmpty().optional(), agentId: nonEmpty().optional() }),
    result: () =>
      open({
        agentId: text(),
        sessionKey: text(),
        tools: z.array(
          open({ id: nonEmpty(), label: text(), description: text(), source: z.enum(["core", "plugin"]) }),
        ),
      }),
  }),
};
