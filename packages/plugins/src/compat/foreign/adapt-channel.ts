import {
  type Channel,
  type ChannelActionName,
  ChannelError,
  type ChannelMeta,
  type ChatKind,
  channelActionNames,
} from "@openclaw/plugin-sdk";
import { z } from "zod";
import { adaptAccounts } from "./adapt-accounts.ts";
import { adaptGroups } from "./adapt-groups.ts";
import { adaptLogin } from "./adapt-login.ts";
import { adaptStatus } from "./adapt-status.ts";
import { defined } from "./defined.ts";
import { partOf } from "./foreign-parts.ts";
import { type ForeignAccountOptions, startForeignAccount } from "./running-account.ts";
import { recordOf } from "./section-settings.ts";

const metaSchema = z.object({
  label: z.string().optional().catch(undefined),
  detailLabel: z.string().optional().catch(undefined),
  aliases: z.array(z.string()).optional().catch(undefined),
  order: z.number().optional().catch(undefined),
  systemImage: z.string().optional().catch(undefined),
  blurb: z.string().optional().catch(undefined),
  docsPath: z.string().optional().catch(undefined),
});
const flag = z.boolean().optional().catch(undefined);
const capabilitiesSchema = z.object({
  chatTypes: z.array(z.string()).catch(["direct"]),
  threads: flag,
  media: flag,
  polls: flag,
  reactions: flag,
  edit: flag,
  unsend: flag,
  reply: flag,
  nativeCommands: flag,
  blockStreaming: flag,
});
const reloadSchema = z.object({
  configPrefixes: z.array(z.string()).catch([]),
  noopPrefixes: z.array(z.string()).catch([]),
});
const joining = z.object({ minChars: z.number(), idleMs: z.number() });
const resolvedTarget = z.union([
  z.object({ ok: z.literal(true), to: z.string() }),
  z.object({ ok: z.literal(false), error: z.unknown() }),
]);
/** The channel of a plugin, when it was written for the contract of the reference release. */
export interface ForeignRegistration {
  id: string;
  channel: object;
  /** Its light-weight part, asked for what the channel itself does not have. */
  dock: object | undefined;
}

/** Gives a channel that was written against the reference release the contract of this host. */
export function adaptForeignChannel(
  registration: ForeignRegistration,
  host: Pick<ForeignAccountOptions, "config" | "receiver" | "receiversIn">,
): Channel {
  const { id, channel, dock } = registration;
  const part = (name: string) => partOf(channel, dock, name);
  const own = metaSchema.parse(memberOf(channel, "meta") ?? {});
  const outbound = part("outbound");
  const messaging = part("messaging");
  const status = part("status");
  const { config: cfg } = host;
  const abilities = capabilitiesSchema.parse(memberOf(channel, "capabilities") ?? memberOf(dock, "capabilities") ?? {});
  const { chatTypes, threads, ...offered } = abilities;
  const textLimit = outbound.value("textChunkLimit");
  const coalesce = joining.safeParse(part("streaming").value("blockStreamingCoalesceDefaults")).data;
  const reloads = reloadSchema.parse(memberOf(channel, "reload") ?? {});

  const resolveTarget = (raw: string): string => {
    const normalized = messaging.call("normalizeTarget", raw);
    const to = typeof normalized === "string" && normalized !== "" ? normalized : raw.trim();
    if (!outbound.has("resolveTarget")) return to;
    const answer = resolvedTarget.safeParse(outbound.call("resolveTarget", { cfg: cfg(), to, mode: "explicit" })).data;
    if (answer === undefined) return to;
    if (answer.ok) return answer.to;
    throw new ChannelError(
      "invalid_target",
      answer.error instanceof Error ? answer.error.message : String(answer.error),
    );
  };
  const looksLikeId = (raw: string): boolean => {
    const resolver = z.record(z.string(), z.unknown()).catch({}).parse(messaging.value("targetResolver"));
    return typeof resolver.looksLikeId === "function" ? resolver.looksLikeId(raw, raw) === true : true;
  };
  const hint = recordOf(messaging.value("targetResolver"))?.hint;
  const debounceMs = recordOf(recordOf(memberOf(channel, "defaults"))?.queue)?.debounceMs;

  return {
    meta: metaOf(id, own),
    capabilities: {
      chatKinds: kindsOf(chatTypes),
      ...defined({ ...offered, threads: threads ?? chatTypes.includes("thread") }),
    },
    ...(typeof textLimit === "number" && textLimit > 0 ? { textLimit } : {}),
    ...(outbound.value("chunkerMode") === "text" ? { chunking: "plain" as const } : {}),
    ...(outbound.has("chunker")
      ? {
          chunk: (text: string, limit: number) =>
            z
              .array(z.string())
              .catch([text])
              .parse(outbound.call("chunker", text, limit)),
        }
      : {}),
    ...(coalesce === undefined ? {} : { blockJoining: coalesce }),
    ...(part("threading").has("resolveReplyToMode")
      ? {
          replyToMode: (_config: unknown, chatType: ChatKind) =>
            z
              .enum(["off", "first", "all"])
              .catch("all")
              .parse(part("threading").call("resolveReplyToMode", { cfg: cfg(), chatType })),
        }
      : {}),
    accounts: adaptAccounts(id, part, cfg),
    ...(part("threading").value("allowTagsWhenOff") === true ? { replyTagsAlways: true } : {}),
    ...(typeof debounceMs === "number" && debounceMs >= 0 ? { queueDebounceMs: debounceMs } : {}),
    ...adaptGroups(id, part, cfg),
    heartbeatRecipient(accountId) {
      const answer = recordOf(part("heartbeat").call("resolveRecipients", { cfg: cfg(), opts: {}, accountId }));
      return z.array(z.string()).catch([]).parse(answer?.recipients)[0];
    },
    targets: {
      hint: typeof hint === "string" ? hint : "<id>",
      parse: (raw) => (looksLikeId(raw) ? { to: resolveTarget(raw) } : undefined),
      ...(messaging.has("formatTargetDisplay")
        ? {
            format: (to: string, name?: string) =>
              z
                .string()
                .catch(to)
                .parse(messaging.call("formatTargetDisplay", { target: to, display: name })),
          }
        : {}),
    },
    actions: () => actionNames(part("actions").call("listActions", { cfg: cfg() })),
    get promptHints() {
      return z
        .array(z.string())
        .catch([])
        .parse(part("agentPrompt").call("messageToolHints", { cfg: cfg() }));
    },
    ...(typeof outbound.value("pollMaxOptions") === "number"
      ? { pollMaxOptions: Number(outbound.value("pollMaxOptions")) }
      : {}),
    status: adaptStatus(part, cfg),
    ...adaptLogin(id, part, cfg),
    ...(status.has("probeAccount")
      ? {
          probe: async ({ account }: { account: unknown }) => {
            const answer =
              recordOf(await status.call("probeAccount", { account, timeoutMs: 10_000, cfg: cfg() })) ?? {};
            return { ...answer, ok: answer.ok === true };
          },
        }
      : {}),
    reload: reloads,
    start: async (context) => startForeignAccount(context, { id, part, ...host }),
  };
}

function memberOf(owner: object | undefined, name: string): unknown {
  return owner === undefined ? undefined : Reflect.get(owner, name);
}

function metaOf(id: string, meta: z.output<typeof metaSchema>): ChannelMeta {
  const { label = id, detailLabel, aliases, order, systemImage, blurb, docsPath } = meta;
  return {
    id,
    label,
    ...defined({ detailLabel, aliases, order, systemImage, description: blurb, docs: docsPath }),
  };
}

function kindsOf(types: readonly string[]): ChatKind[] {
  const kinds = (["direct", "group", "channel"] as const).filter((kind) => types.includes(kind));
  return kinds.length === 0 ? ["direct"] : kinds;
}

/** Actions the host does not do itself. */
function actionNames(listed: unknown): ChannelActionName[] {
  const names = z.array(z.unknown()).catch([]).parse(listed);
  return channelActionNames.filter((name) => !["send", "broadcast", "poll"].includes(name) && names.includes(name));
}
