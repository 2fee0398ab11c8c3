import { z } from "zod";
import { method } from "../contract.ts";
import { anything, count, done, flag, integer, nonEmpty, noParams, open, text, textOrNull, texts } from "../fields.ts";
import { once } from "../once.ts";

const issues = once(() => z.array(open({ path: text(), message: text() })));

/** A configuration as written: what is valid is a matter of the configuration schema, not of the protocol. */
const configuration = once(() => z.record(z.string(), anything()));

const hint = once(() =>
  open({
    label: text().optional(),
    help: text().optional(),
    group: text().optional(),
    order: count().optional(),
    advanced: flag().optional(),
    sensitive: flag().optional(),
    placeholder: text().optional(),
  }),
);

const restart = once(() =>
  open({
    ok: flag(),
    pid: count(),
    signal: text(),
    /** Milliseconds until the restart. */
    delayMs: count(),
    reason: text().optional(),
    mode: text(),
  }),
);

const sentinel = once(() => open({ path: textOrNull(), payload: open({}) }));

const written = once(() => done().extend({ path: text(), config: configuration() }));
const writtenWithRestart = once(() =>
  written().extend({ restart: restart().optional(), sentinel: sentinel().optional() }),
);

const restartOptions = once(() => ({
  sessionKey: text().optional(),
  note: text().optional(),
  /** Milliseconds, at most a minute. */
  restartDelayMs: integer(0).default(2_000),
}));

const writeParams = once(() =>
  z.strictObject({
    /** JSON5. */
    raw: nonEmpty(),
    baseHash: nonEmpty().optional(),
    ...restartOptions(),
  }),
);

const v4WriteParams = once(() => ({
  /** Paths to replace instead of merging. */
  replacePaths: z.array(text()).max(256).optional(),
  deliveryContext: anything().optional(),
}));

export const configMethods = {
  "config.get": method("config.get", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    params: noParams,
    result: () =>
      open({
        path: text(),
        exists: flag(),
        raw: textOrNull(),
        parsed: anything(),
        valid: flag(),
        config: configuration(),
        /** SHA-256 of the raw file; opaque to clients. */
        hash: nonEmpty().optional(),
        issues: issues(),
        warnings: issues(),
        legacyIssues: issues(),
        /** Version 4 only, from here on. */
        configRevisionHash: text().optional(),
        sourceConfig: anything().optional(),
        includedPaths: texts().optional(),
      }),
  }),
  "config.schema": method("config.schema", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    params: noParams,
    result: () =>
      open({
        /** JSON Schema. */
        schema: open({}),
        uiHints: z.record(z.string(), hint()),
        version: text(),
        generatedAt: text(),
      }),
  }),
  /** What is known of one key: its part of the schema, how it is shown, what a change of it takes. */
  "config.schema.lookup": method("config.schema.lookup", {
    scope: "operator.read",
    only: 4,
    params: () => z.strictObject({ path: text() }),
    result: () =>
      open({
        path: text(),
        /** JSON Schema. */
        schema: open({}),
        reloadKind: z.enum(["none", "hot", "restart"]),
        hint: hint().nullable(),
        hintPath: textOrNull(),
        children: z.array(open({ key: text(), path: text(), type: text().optional(), hasChildren: flag() })),
      }),
  }),
  "config.set": method("config.set", {
    scope: "operator.admin",
    params: () => z.strictObject({ raw: nonEmpty(), baseHash: nonEmpty().optional() }),
    result: written,
  }),
  "config.patch": method("config.patch", {
    scope: "operator.admin",
    params: writeParams,
    v4Params: (v3) => v3.extend(v4WriteParams()),
    result: writtenWithRestart,
  }),
  "config.apply": method("config.apply", {
    scope: "operator.admin",
    params: writeParams,
    v4Params: (v3) => v3.extend(v4WriteParams()),
    result: writtenWithRestart,
  }),
  "update.run": method("update.run", {
    scope: "operator.admin",
    params: () => z.strictObject({ ...restartOptions(), timeoutMs: integer(1).optional() }),
    result: () =>
      done().extend({
        result: open({
          status: text(),
          mode: text(),
          root: text().optional(),
          before: anything().optional(),
          after: anything().optional(),
          steps: z.array(
            open({
              name: text(),
              command: text(),
              cwd: text(),
              durationMs: count(),
              exitCode: count().nullish(),
              stdoutTail: text().nullish(),
              stderrTail: text().nullish(),
            }),
          ),
          reason: text().optional(),
          durationMs: count(),
        }),
        restart: restart().nullish(),
        sentinel: sentinel().optional(),
      }),
  }),
};
