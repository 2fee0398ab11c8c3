import type { Channel, DirectoryEntry } from "@openclaw/plugin-sdk";
import { type ChannelSettings, channelConfigInput, readAccount } from "../channels/account-config.ts";
import type { Channels } from "../channels/channels.ts";
import { invalid, OutboundError } from "./outbound-error.ts";
import type { Targets } from "./resolve-target.ts";

export type DirectoryList = "self" | "peers" | "groups" | "members";

export interface DirectoryRequest {
  list: DirectoryList;
  channel?: string | undefined;
  accountId: string;
  groupId?: string | undefined;
  query?: string | undefined;
  limit?: number | undefined;
}

/** Who and what can be written to. */
export interface Directory {
  /** @throws OutboundError when the channel has no such list */
  list(request: DirectoryRequest): Promise<{ channel: string; entries: DirectoryEntry[] }>;
  /** Ids for names. @throws OutboundError when the channel cannot look names up */
  resolve(request: {
    channel?: string | undefined;
    accountId: string;
    names: readonly string[];
    kind: "user" | "group" | "auto";
  }): Promise<{ input: string; resolved: boolean; id?: string; name?: string; note?: string }[]>;
}

/** Chats the configuration of an account names. */
export function configuredChats(
  settings: ChannelSettings,
  channel: Channel,
  accountId: string,
  kind: "user" | "group",
): DirectoryEntry[] {
  const { config } = readAccount(channel, channelConfigInput(settings, channel.meta.id), accountId).input;
  const ids = kind === "user" ? peerIds(config) : groupIds(config);
  const normalize = (id: string) => channel.access?.normalizeEntry?.(id) ?? id.trim();
  return [...new Set(ids.map(normalize))].flatMap((id) => (id === "" || id === "*" ? [] : [{ kind, id }]));
}

export function createDirectory(options: {
  channels: Pick<Channels, "account">;
  targets: Pick<Targets, "channel">;
  settings: ChannelSettings;
}): Directory {
  const { channels, targets } = options;
  const signal = () => AbortSignal.timeout(10_000);

  return {
    async list({ list, channel: named, accountId, groupId, query, limit }) {
      const channel = await targets.channel(named);
      const { id } = channel.meta;
      const directory = channels.account(id, accountId)?.directory;
      const asked = { query, limit, signal: signal() };
      const unsupported = (what: string) => invalid(`Channel ${id} does not support directory ${what}`);
      const found = async (): Promise<DirectoryEntry[]> => {
        switch (list) {
          case "self": {
            if (directory?.self === undefined) throw unsupported("self");
            const own = await directory.self();
            return own === undefined ? [] : [own];
          }
          case "peers":
          case "groups": {
            const kind = list === "peers" ? "user" : "group";
            const listed = configuredChats(options.settings, channel, accountId, kind);
            const live = (await (kind === "user" ? directory?.peers?.(asked) : directory?.groups?.(asked))) ?? [];
            return [...new Map([...listed, ...live].map((entry) => [entry.id, entry])).values()];
          }
          case "members":
            if (directory?.members === undefined) throw unsupported("group members");
            if (groupId === undefined) throw invalid("--group-id is required");
            return directory.members(groupId, asked);
        }
      };
      try {
        const wanted = query?.trim().toLowerCase() ?? "";
        const matching = (await found()).filter(({ id: each, name, handle }) =>
          [each, name, handle].some((text) => text?.toLowerCase().includes(wanted)),
        );
        return { channel: id, entries: matching.slice(0, limit ?? matching.length) };
      } catch (error) {
        if (error instanceof OutboundError) throw error;
        throw new OutboundError("unavailable", error instanceof Error ? error.message : String(error), {
          cause: error,
        });
      }
    },
    async resolve({ channel: named, accountId, names, kind }) {
      const channel = await targets.channel(named);
      const { id } = channel.meta;
      const directory = channels.account(id, accountId)?.directory;
      if (directory?.resolve === undefined) throw invalid(`Channel ${id} does not support resolve.`);
      const found = await directory.resolve(names, kind, signal());
      return names.map((input, index) => {
        const entry = found[index];
        if (entry === undefined) return { input, resolved: false };
        return {
          input,
          resolved: true,
          id: entry.id,
          ...(entry.name === undefined ? {} : { name: entry.name }),
          ...(entry.note === undefined ? {} : { note: entry.note }),
        };
      });
    },
  };
}

type Section = Readonly<Record<string, unknown>>;

function peerIds(config: Section): string[] {
  return [...texts(config.allowFrom), ...texts(recordOf(config.dm).allowFrom), ...Object.keys(recordOf(config.dms))];
}

function groupIds(config: Section): string[] {
  const guilds = Object.values(recordOf(config.guilds)).flatMap((guild) =>
    Object.keys(recordOf(recordOf(guild).channels)),
  );
  return [...Object.keys(recordOf(config.groups)), ...Object.keys(recordOf(config.channels)), ...guilds];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function recordOf(value: unknown): Section {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
