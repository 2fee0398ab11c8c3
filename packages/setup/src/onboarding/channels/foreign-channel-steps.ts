import { isDeepStrictEqual } from "node:util";
import type { OpenClawConfig } from "@openclaw/config";
import { defaultAccountId, listAccountIds, pickDefaultAccount } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { SetupPrompter } from "../setup-prompter.ts";
import { accountPatch, channelSection, disablePatch, removePatch, renamePatch } from "./account-patch.ts";
import type { ChannelSteps, ConfigPatch, DirectPolicySteps } from "./channel-steps.ts";
import { foreignPrompter } from "./foreign-prompter.ts";
import { type ChannelContract, schemaSetup } from "./schema-setup.ts";

type Method = (...args: unknown[]) => unknown;

const status = z.object({
  configured: z.boolean().catch(false),
  statusLines: z.array(z.string()).catch([]),
  selectionHint: z.string().optional().catch(undefined),
  quickstartScore: z.number().optional().catch(undefined),
});
const result = z.object({ cfg: z.record(z.string(), z.unknown()), accountId: z.string().optional() });
const record = z.record(z.string(), z.unknown());
const policyName = z.enum(["pairing", "allowlist", "open", "disabled"]).catch("pairing");

/** Where a channel of the reference release finds itself. */
export interface ForeignChannelPlaces {
  id: string;
  label: string;
  /** What its plugin's manifest declares of its section. */
  contract?: ChannelContract | undefined;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  /** What the channel prints. */
  tell(line: string): void;
}

/** Setting up a channel that was written for the reference release: by its own steps where it has some. */
export function foreignChannelSteps(channel: object, places: ForeignChannelPlaces): ChannelSteps {
  const { id, label } = places;
  const onboarding = partOf(channel, "onboarding");
  const config = partOf(channel, "config");
  const spot = { channelId: id };
  const accounts = (cfg: OpenClawConfig) => {
    const listed = z.array(z.string()).safeParse(config.call("listAccountIds", cfg)).data;
    const ids = listed ?? listAccountIds(channelSection(cfg, id));
    const own = z.string().safeParse(config.call("defaultAccountId", cfg)).data;
    return { ids: ids.length === 0 ? [defaultAccountId] : ids, defaultId: own ?? pickDefaultAccount(ids) };
  };
  const changed = (before: OpenClawConfig, after: unknown, otherwise: () => ConfigPatch): ConfigPatch => {
    const next = record.safeParse(after).data;
    return next === undefined ? otherwise() : differences(before, next);
  };
  const configure = configureOf(channel, onboarding, places);
  return {
    accounts,
    async state(cfg) {
      const own = status.safeParse(await onboarding.call("getStatus", { cfg, accountOverrides: {} })).data;
      const section = channelSection(cfg, id);
      if (section?.enabled === false) return { configured: true, text: "disabled" };
      if (own === undefined)
        return { configured: section !== undefined, text: section ? "configured" : "not configured" };
      const [line = own.configured ? "configured" : "not configured"] = own.statusLines;
      const text = own.selectionHint ?? (line.startsWith(`${label}:`) ? line.slice(label.length + 1).trim() : line);
      return { configured: own.configured || section !== undefined, text, score: own.quickstartScore ?? 0 };
    },
    ...(configure && { configure }),
    disable: (cfg, accountId) =>
      changed(
        cfg,
        onboarding.call("disable", cfg) ?? config.call("setAccountEnabled", { cfg, accountId, enabled: false }),
        () => disablePatch(cfg, spot, accountId),
      ),
    remove: (cfg, accountId) =>
      changed(cfg, config.call("deleteAccount", { cfg, accountId }), () => removePatch(cfg, id, accountId)),
    rename: (cfg, accountId, name) => renamePatch(cfg, id, accountId, name),
    direct: directOf(onboarding.value("dmPolicy")),
  };
}

function configureOf(
  channel: object,
  onboarding: Part,
  { id, label, contract, env, stateDir, tell }: ForeignChannelPlaces,
): ChannelSteps["configure"] {
  if (onboarding.has("configure")) {
    const meta = record.catch({}).parse(Reflect.get(channel, "meta"));
    return async ({ config, accountId, prompter, quick, asksAccount }) => {
      const answer = result.safeParse(
        await onboarding.call("configure", {
          cfg: structuredClone(config),
          runtime: {
            log: (line: unknown) => tell(String(line)),
            error: (line: unknown) => tell(String(line)),
            exit: (code: number) => {
              throw new Error(`${label} ended its set-up with the code ${code}`);
            },
          },
          prompter: foreignPrompter(prompter),
          accountOverrides: { [id]: accountId },
          shouldPromptAccountIds: asksAccount,
          forceAllowFrom: quick && meta.quickstartAllowFrom === true,
        }),
      );
      if (!answer.success) throw new Error(`${label} did not say what its set-up came to`);
      const { cfg, accountId: chosen = accountId } = answer.data;
      onboarding.call("onAccountRecorded", chosen, {});
      return { accountId: chosen, patch: differences(config, cfg) };
    };
  }
  const declared = record.safeParse(Reflect.get(channel, "configSchema")).data ?? contract;
  const setup = declared && schemaSetup(label, declared);
  if (!setup) return undefined;
  return async ({ config, accountId, prompter, quick }) => {
    const section = channelSection(config, id);
    const { keys } = await setup.ask({
      accountId,
      config: section ?? {},
      section,
      shared: { web: undefined, maxConcurrentRuns: 1, assistantName: undefined },
      env,
      stateDir,
      prompter,
      quick,
      signal: new AbortController().signal,
    });
    return { accountId, patch: accountPatch(config, { channelId: id }, accountId, keys) };
  };
}

function directOf(given: unknown): DirectPolicySteps | undefined {
  const part = partOf({ dmPolicy: given }, "dmPolicy");
  if (!part.has("setPolicy")) return undefined;
  return {
    policyKey: String(part.value("policyKey") ?? "dmPolicy"),
    allowFromKey: String(part.value("allowFromKey") ?? "allowFrom"),
    current: (cfg) => policyName.parse(part.call("getCurrent", cfg)),
    set: (cfg, _accountId, policy) =>
      differences(cfg, record.parse(part.call("setPolicy", structuredClone(cfg), policy))),
    ...(part.has("promptAllowFrom") && {
      async askAllowFrom(cfg: OpenClawConfig, accountId: string, prompter: SetupPrompter) {
        const next = await part.call("promptAllowFrom", {
          cfg: structuredClone(cfg),
          prompter: foreignPrompter(prompter),
          accountId,
        });
        return differences(cfg, record.parse(next));
      },
    }),
  };
}

interface Part {
  has(name: string): boolean;
  value(name: string): unknown;
  /** Undefined where there is no such function. */
  call(name: string, ...args: unknown[]): unknown;
}

function partOf(owner: object, name: string): Part {
  const part: unknown = Reflect.get(owner, name);
  const value = (member: string): unknown =>
    typeof part === "object" && part !== null ? Reflect.get(part, member) : undefined;
  return {
    value,
    has: (member) => typeof value(member) === "function",
    call(member, ...args) {
      const found = value(member);
      return typeof found === "function" ? Reflect.apply(found as Method, part, args) : undefined;
    },
  };
}

/** The merge patch that leads from one configuration to another. */
export function differences(before: unknown, after: Readonly<Record<string, unknown>>): ConfigPatch {
  const earlier = record.catch({}).parse(before);
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(earlier)) if (after[key] === undefined && earlier[key] !== undefined) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined || isDeepStrictEqual(value, earlier[key])) continue;
    const inner = record.safeParse(value).data;
    patch[key] = inner === undefined ? value : differences(earlier[key], inner);
  }
  return patch;
}
