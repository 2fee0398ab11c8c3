import { z } from "zod";
import { method } from "../contract.ts";
import { anything, flag, nonEmpty, open, text } from "../fields.ts";
import { once } from "../once.ts";

const status = once(() => z.enum(["running", "done", "cancelled", "error"]));

/** What a set-up wizard asks or shows. */
const step = once(() =>
  open({
    id: nonEmpty(),
    type: z.enum(["note", "select", "text", "confirm", "multiselect", "progress", "action"]),
    title: text().optional(),
    message: text().optional(),
    options: z.array(open({ value: anything(), label: text(), hint: text().optional() })).optional(),
    initialValue: anything().optional(),
    placeholder: text().optional(),
    sensitive: flag().optional(),
    executor: z.enum(["gateway", "client"]).optional(),
  }),
);

const progress = once(() => ({
  done: flag(),
  step: step().optional(),
  status: status(),
  error: text().optional(),
}));

const sessionParams = once(() => z.strictObject({ sessionId: nonEmpty() }));
const state = once(() => open({ status: status(), error: text().optional() }));

export const wizardMethods = {
  "wizard.start": method("wizard.start", {
    scope: "operator.admin",
    params: () => z.strictObject({ mode: z.enum(["local", "remote"]).optional(), workspace: text().optional() }),
    result: () => open({ sessionId: nonEmpty(), ...progress() }),
  }),
  "wizard.next": method("wizard.next", {
    scope: "operator.admin",
    params: () =>
      z.strictObject({
        sessionId: nonEmpty(),
        answer: z.strictObject({ stepId: nonEmpty(), value: anything().optional() }).optional(),
      }),
    result: () => open(progress()),
  }),
  "wizard.cancel": method("wizard.cancel", {
    scope: "operator.admin",
    params: sessionParams,
    result: state,
  }),
  "wizard.status": method("wizard.status", {
    scope: "operator.admin",
    params: sessionParams,
    result: state,
  }),
};
