import { z } from "zod";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import {
  channelKeys,
  directKeys,
  historyKeys,
  namedKeys,
  openNeedsStar,
  openPolicyText,
  senderKeys,
} from "./channel-keys.ts";

// Channels that come with a plugin. They share a file because it is read at every start and none of them is needed
// then: a section of theirs is checked for warnings only.

/** `channels.mattermost` */
export const mattermostChannel = (f: Fragments) => {
  const shape = {
    ...channelKeys(f),
    ...namedKeys,
    ...senderKeys,
    markdown: t.later(f.markdown),
    blockStreaming: t.flag,
    botToken: t.str,
    baseUrl: t.str,
    chatmode: t.option("oncall", "onmessage", "onchar"),
    oncharPrefixes: t.strList,
    requireMention: t.flag,
  };
  const open = openNeedsStar(openPolicyText("mattermost"));
  return z
    .strictObject({ ...shape, accounts: t.laterMap(() => z.strictObject(shape).superRefine(open)) })
    .superRefine(open);
};

/** `channels.matrix` */
export const matrixChannel = (f: Fragments) => {
  const room = z.strictObject({
    enabled: t.flag,
    allow: t.flag,
    requireMention: t.flag,
    autoReply: t.flag,
    tools: t.later(f.toolPolicy),
    users: t.idList,
    skills: t.strList,
    systemPrompt: t.str,
  });
  return z.strictObject({
    ...namedKeys,
    responsePrefix: t.str,
    markdown: t.later(f.markdown),
    homeserver: t.str,
    userId: t.str,
    accessToken: t.str,
    password: t.str,
    deviceName: t.str,
    initialSyncLimit: t.num,
    encryption: t.flag,
    allowlistOnly: t.flag,
    groupPolicy: t.groupPolicy,
    replyToMode: t.option("off", "first", "all"),
    threadReplies: t.option("off", "inbound", "always"),
    textChunkLimit: t.num,
    chunkMode: t.option("length", "newline"),
    mediaMaxMb: t.num,
    autoJoin: t.option("always", "allowlist", "off"),
    autoJoinAllowlist: t.idList,
    groupAllowFrom: t.idList,
    dm: z.strictObject(directKeys).optional(),
    groups: t.mapOf(room),
    rooms: t.mapOf(room),
    actions: t.flags("reactions", "messages", "pins", "memberInfo", "channelInfo"),
  });
};

/** `channels.nextcloud-talk` */
export const nextcloudTalkChannel = (f: Fragments) => {
  const shape = {
    ...namedKeys,
    ...historyKeys(),
    responsePrefix: t.str,
    markdown: t.later(f.markdown),
    baseUrl: t.str,
    botSecret: t.str,
    botSecretFile: t.str,
    apiUser: t.str,
    apiPassword: t.str,
    apiPasswordFile: t.str,
    dmPolicy: t.dmPolicy,
    groupPolicy: t.groupPolicy,
    allowFrom: t.strList,
    groupAllowFrom: t.strList,
    webhookPort: t.intAbove0,
    webhookHost: t.str,
    webhookPath: t.str,
    webhookPublicUrl: t.str,
    rooms: t.laterMap(() =>
      z.strictObject({
        enabled: t.flag,
        requireMention: t.flag,
        tools: t.later(f.toolPolicy),
        skills: t.strList,
        allowFrom: t.strList,
        systemPrompt: t.str,
      }),
    ),
    textChunkLimit: t.intAbove0,
    chunkMode: t.option("length", "newline"),
    blockStreaming: t.flag,
    blockStreamingCoalesce: t.later(f.coalesce),
    mediaMaxMb: t.numAbove0,
  };
  return z.strictObject({ ...shape, accounts: t.laterMap(() => z.strictObject(shape)) });
};

/** `channels.feishu` */
export const feishuChannel = () => {
  const domain = z.union([z.enum(["feishu", "lark"]), z.string().regex(/^https:\/\//)]).optional();
  const connection = {
    enabled: t.flag,
    appId: t.str,
    appSecret: t.str,
    domain,
    connectionMode: t.option("websocket", "webhook"),
    encryptKey: t.str,
    verificationToken: t.str,
  };
  return z.strictObject({
    ...connection,
    webhookPath: t.str,
    webhookPort: t.intFrom1,
    dmPolicy: t.option("open", "pairing", "allowlist"),
    groupPolicy: t.groupPolicy,
    allowFrom: t.idList,
    groupAllowFrom: t.idList,
    requireMention: t.flag,
    historyLimit: t.intFrom0,
    dmHistoryLimit: t.intFrom0,
    textChunkLimit: t.intFrom1,
    chunkMode: t.option("length", "newline"),
    mediaMaxMb: t.numFrom0,
    renderMode: t.option("auto", "raw", "card"),
    accounts: t.laterMap(() => z.strictObject({ ...connection, name: t.str })),
  });
};

/** `channels.line` */
export const lineChannel = () => {
  const shape = {
    ...namedKeys,
    ...senderKeys,
    responsePrefix: t.str,
    channelAccessToken: t.str,
    channelSecret: t.str,
    tokenFile: t.str,
    secretFile: t.str,
    groupPolicy: t.groupPolicy,
    mediaMaxMb: t.num,
    webhookPath: t.str,
    groups: t.laterMap(() =>
      z.strictObject({
        enabled: t.flag,
        requireMention: t.flag,
        allowFrom: t.idList,
        systemPrompt: t.str,
        skills: t.strList,
      }),
    ),
  };
  return z.strictObject({ ...shape, accounts: t.laterMap(() => z.strictObject(shape)) });
};

const withAccounts = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject({ ...shape, defaultAccount: t.str, accounts: t.laterMap(() => z.strictObject(shape)) });

/** `channels.zalo`: the bot platform. */
export const zaloChannel = (f: Fragments) =>
  withAccounts({
    ...namedKeys,
    responsePrefix: t.str,
    proxy: t.str,
    markdown: t.later(f.markdown),
    botToken: t.str,
    tokenFile: t.str,
    webhookUrl: t.str,
    webhookSecret: t.str,
    webhookPath: t.str,
    dmPolicy: t.dmPolicy,
    allowFrom: t.idList,
    mediaMaxMb: t.num,
  });

/** `channels.zalouser`: a personal account. */
export const zalouserChannel = (f: Fragments) =>
  withAccounts({
    ...namedKeys,
    responsePrefix: t.str,
    messagePrefix: t.str,
    profile: t.str,
    markdown: t.later(f.markdown),
    dmPolicy: t.dmPolicy,
    allowFrom: t.idList,
    groupPolicy: t.groupPolicy,
    groups: t.laterMap(() => z.strictObject({ allow: t.flag, enabled: t.flag, tools: t.later(f.toolPolicy) })),
  });

/** `channels.nostr` */
export const nostrChannel = (f: Fragments) => {
  const link = z
    .string()
    .regex(/^https:\/\//, "expected an https:// URL")
    .optional();
  const shortName = z.string().max(256).optional();
  return z.strictObject({
    ...namedKeys,
    markdown: t.later(f.markdown),
    privateKey: t.str,
    relays: t.strList,
    dmPolicy: t.dmPolicy,
    allowFrom: t.idList,
    profile: z
      .strictObject({
        name: shortName,
        displayName: shortName,
        about: z.string().max(2000).optional(),
        picture: link,
        banner: link,
        website: link,
        nip05: t.str,
        lud16: t.str,
      })
      .optional(),
  });
};

/** `channels.tlon` */
export const tlonChannel = () => {
  const shape = {
    ...namedKeys,
    responsePrefix: t.str,
    ship: t.filled,
    url: t.str,
    code: t.str,
    groupChannels: t.filledList,
    dmAllowlist: t.filledList,
    autoDiscoverChannels: t.flag,
    showModelSignature: t.flag,
  };
  return z.strictObject({
    ...shape,
    authorization: z
      .strictObject({
        channelRules: t.laterMap(() =>
          z.strictObject({ mode: t.option("restricted", "open"), allowedShips: t.filledList }),
        ),
      })
      .optional(),
    defaultAuthorizedShips: t.filledList,
    accounts: t.laterMap(() => z.strictObject(shape)),
  });
};

/** `channels.twitch`: one account written directly, or several under `accounts`. */
export const twitchChannel = (f: Fragments) => {
  const account = {
    enabled: t.flag,
    username: t.mustStr,
    accessToken: t.mustStr,
    clientId: t.str,
    clientSecret: t.str,
    refreshToken: t.str,
    expiresIn: z.number().nullish(),
    obtainmentTimestamp: t.num,
    channel: t.mustFilled,
    allowFrom: t.strList,
    allowedRoles: z.array(t.mustOption("moderator", "owner", "vip", "subscriber", "all")).optional(),
    requireMention: t.flag,
    responsePrefix: t.str,
  };
  const shown = { name: t.str, markdown: t.later(f.markdown) };
  return z.union([
    z.strictObject({ ...shown, ...account }),
    z.strictObject({ ...shown, enabled: t.flag, accounts: z.record(z.string(), z.strictObject(account)) }),
  ]);
};
