import type { Channel, DirectoryEntry, RunningAccount, Target } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import type { Channels } from "../channels/channels.ts";
import { invalid } from "./outbound-error.ts";

/** How long a list of names is good for, ms. */
const cacheMs = 30 * 60_000;

/** Finds the chat somebody named. */
export interface Targets {
  /** The channel that is named, or the only one that is configured. @throws OutboundError */
  channel(name: string | undefined): Promise<Channel>;
  /** @throws OutboundError for a target that is missing, ambiguous or unknown */
  resolve(channel: Channel, accountId: string, raw: string | undefined): Promise<Target>;
  /** Names of a directory, or of all without one, are looked up anew. */
  forget(channel?: string, accountId?: string): void;
}

/** What is said of messages to WebChat, which is answered on its own session alone. */
export const webchatRefusal =
  "Delivering to WebChat is not supported via `openclaw agent`; use WhatsApp/Telegram or run with --deliver=false.";

export function createTargets(options: {
  channels: Pick<Channels, "idOf" | "ids" | "isConfigured" | "load" | "account">;
  /** Chats the configuration names. */
  configured(channel: Channel, accountId: string, kind: "user" | "group"): DirectoryEntry[];
  clock: Clock;
}): Targets {
  const { channels, clock } = options;
  const cache = new Map<string, { at: number; entries: DirectoryEntry[] }>();

  const live = async (account: RunningAccount, kind: "user" | "group"): Promise<DirectoryEntry[]> => {
    const query = { signal: AbortSignal.timeout(10_000) };
    const { directory } = account;
    return (await (kind === "user" ? directory?.peers?.(query) : directory?.groups?.(query))) ?? [];
  };

  const lookUp = async (channel: Channel, accountId: string, raw: string): Promise<DirectoryEntry[]> => {
    const kind = /^(?:<?@|user:)/i.test(raw) ? "user" : "group";
    const wanted = raw
      .replace(/^(?:channel:|user:|@|#)/i, "")
      .trim()
      .toLowerCase();
    const among = (entries: readonly DirectoryEntry[]) => best(entries, wanted);
    const key = JSON.stringify([channel.meta.id, accountId, kind]);
    const known = cache.get(key);
    const cached = known !== undefined && clock.now() - known.at < cacheMs ? known.entries : [];
    const found = among([...options.configured(channel, accountId, kind), ...cached]);
    if (found.length > 0) return found;
    const account = channels.account(channel.meta.id, accountId);
    if (account === undefined) return [];
    const entries = await live(account, kind);
    cache.set(key, { at: clock.now(), entries });
    return among(entries);
  };

  return {
    async channel(name) {
      if (name !== undefined && name.trim().toLowerCase() === "webchat") throw invalid(webchatRefusal);
      if (name !== undefined && name.trim() !== "") {
        const id = channels.idOf(name);
        if (id === undefined) throw invalid(`unsupported channel: ${name}`);
        return channels.load(id);
      }
      const configured = channels.ids().filter((id) => channels.isConfigured(id));
      const [only, ...others] = configured;
      if (only === undefined) throw invalid("No channel is configured. Add one with: openclaw channels add");
      if (others.length > 0) throw invalid(`Several channels are configured; name one: ${configured.join(", ")}`);
      return channels.load(only);
    },
    async resolve(channel, accountId, raw) {
      const { label, id } = channel.meta;
      const hint = channel.targets?.hint ?? "<chat id>";
      const wanted = raw?.trim() ?? "";
      if (wanted === "") throw invalid(`Delivering to ${label} requires target ${hint}`);
      let parsed: Target | undefined;
      try {
        parsed = channel.targets === undefined ? { to: withoutPrefix(wanted, id) } : channel.targets.parse(wanted, {});
      } catch (error) {
        throw invalid(error instanceof Error ? error.message : String(error));
      }
      if (parsed !== undefined) return parsed;
      const found = await lookUp(channel, accountId, wanted);
      const [entry, ...others] = found;
      if (entry === undefined) throw invalid(`Unknown target "${wanted}" for ${label}. Hint: ${hint}`);
      if (others.length > 0) {
        throw invalid(
          `Ambiguous target "${wanted}" for ${label}. Provide a unique name or an explicit id. Hint: ${hint}`,
        );
      }
      return channel.targets?.parse(entry.id, {}) ?? { to: entry.id };
    },
    forget(channel, accountId) {
      if (channel === undefined) return cache.clear();
      for (const kind of ["user", "group"]) cache.delete(JSON.stringify([channel, accountId, kind]));
    },
  };
}

/** Entries whose id, name or handle is the text; else those that contain it. One chat counts once. */
function best(entries: readonly DirectoryEntry[], wanted: string): DirectoryEntry[] {
  const names = ({ id, name, handle }: DirectoryEntry) =>
    [id, name, handle].flatMap((text) => (text === undefined ? [] : [text.toLowerCase().replace(/^[@#]/, "")]));
  const unique = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  const exact = unique.filter((entry) => names(entry).includes(wanted));
  const found = exact.length > 0 ? exact : unique.filter((entry) => names(entry).some((name) => name.includes(wanted)));
  const inUse = found.filter((entry) => entry.archived !== true);
  return inUse.length > 0 ? inUse : found;
}

function withoutPrefix(target: string, channel: string): string {
  return target.toLowerCase().startsWith(`${channel}:`) ? target.slice(channel.length + 1) : target;
}
