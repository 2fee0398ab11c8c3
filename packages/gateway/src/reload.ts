import type { OpenClawConfig } from "@openclaw/config";

/** A part of a running Gateway that takes over a changed configuration by itself. */
export type HotArea = "gmail" | "hooks" | "heartbeat" | "cron" | "browser" | "channel";

/** What is to be done without a restart. */
export type HotAction =
  | { area: Exclude<HotArea, "channel"> }
  /** Restart the channel; stop it when its section is gone, start it when it is new. */
  | { area: "channel"; channel: string };

/** Configuration paths that a plugin or channel says it follows, and the channel to restart for them. */
export interface DeclaredPrefix {
  prefix: string;
  action: { restartChannel: string } | "none";
}

/** What a set of changed paths asks for. Each path is in exactly one of the lists. */
export interface ReloadPlan {
  /** Applied by the next read, nothing is to be done. */
  dynamic: string[];
  /** Applied by `actions`. */
  hot: string[];
  /** Applied by a restart alone. */
  restart: string[];
  /** Each once, in the order of the paths. */
  actions: HotAction[];
}

type Rule = readonly HotAction[] | "none" | "restart";

const gmail: HotAction = { area: "gmail" };
const hooks: HotAction = { area: "hooks" };
const heartbeat: HotAction = { area: "heartbeat" };

const before: readonly (readonly [prefix: string, rule: Rule])[] = [
  ["gateway.remote", "none"],
  ["gateway.reload", "none"],
  ["meta", "none"],
  ["hooks.gmail", [gmail, hooks]],
  ["hooks.internal", "restart"],
  ["hooks", [hooks]],
  ["agents.defaults.heartbeat", [heartbeat]],
  ["agent.heartbeat", [heartbeat]],
  ["cron", [{ area: "cron" }]],
  ["browser", [{ area: "browser" }]],
  ["web", [{ area: "channel", channel: "whatsapp" }]],
  ["channels.whatsapp", "none"],
  ["channels.defaults", "restart"],
];

const after: readonly (readonly [prefix: string, rule: Rule])[] = [
  "identity",
  "wizard",
  "logging",
  "models",
  "agents",
  "tools",
  "bindings",
  "audio",
  "agent",
  "routing",
  "messages",
  "session",
  "talk",
  "skills",
  "ui",
].map((prefix) => [prefix, "none"]);

/**
 * Sorts changed paths by what they need: the first prefix that matches decides, what matches none needs a restart.
 * The configurations tell what has changed inside of lists, which are one path.
 */
export function planReload(
  changedPaths: readonly string[],
  configs: { previous: OpenClawConfig; next: OpenClawConfig; declared?: readonly DeclaredPrefix[] },
): ReloadPlan {
  const plan: ReloadPlan = { dynamic: [], hot: [], restart: [], actions: [] };
  const has = (action: HotAction) =>
    plan.actions.some((known) => known.area === action.area && channelOf(known) === channelOf(action));
  for (const path of changedPaths) {
    const rule = ruleFor(path, configs);
    if (rule === "none") plan.dynamic.push(path);
    else if (rule === "restart") plan.restart.push(path);
    else {
      plan.hot.push(path);
      for (const action of rule) if (!has(action)) plan.actions.push(action);
    }
  }
  return plan;
}

function ruleFor(
  path: string,
  {
    previous,
    next,
    declared = [],
  }: { previous: OpenClawConfig; next: OpenClawConfig; declared?: readonly DeclaredPrefix[] },
): Rule {
  if (covers("agents.list", path) && heartbeats(previous) !== heartbeats(next)) return [heartbeat];
  const early = before.find(([prefix]) => covers(prefix, path));
  if (early) return early[1];
  const channel = /^channels\.([^.[]+)/.exec(path)?.[1];
  if (channel !== undefined) return [{ area: "channel", channel }];
  const own = declared.find(({ prefix }) => covers(prefix, path));
  if (own) return own.action === "none" ? "none" : [{ area: "channel", channel: own.action.restartChannel }];
  return after.find(([prefix]) => covers(prefix, path))?.[1] ?? "restart";
}

function covers(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

function heartbeats(config: OpenClawConfig): string {
  const beating = (config.agents?.list ?? []).filter(({ heartbeat }) => heartbeat !== undefined);
  return JSON.stringify(beating.map(({ id, heartbeat }) => [id, heartbeat]));
}

function channelOf(action: HotAction): string | undefined {
  return action.area === "channel" ? action.channel : undefined;
}
