import type { Bot } from "../bot.ts";
import { findPerson } from "../directory.ts";
import { slug } from "../text/slug.ts";
import { listChannels, listUsers } from "../workspace.ts";
import { userEntries, userIdPattern } from "./user-entry.ts";

/** People and channels that the configuration calls by names. */
export interface NamedUsers {
  /** Finds out who is meant, once. What is not found stays as it was typed; the configuration is not written. */
  lookUp(): Promise<void>;
  /** The ids an entry of a list stands for. */
  idsOf(entry: string): readonly string[];
}

export function createNamedUsers({ context, api, names }: Pick<Bot, "context" | "api" | "names">): NamedUsers {
  const { account, log } = context;
  const { settings } = account;
  const ids = new Map<string, string>();

  const lookUpUsers = async () => {
    const lists = [
      settings.allowFrom,
      settings.dm.allowFrom,
      settings.reactionAllowlist,
      ...Object.values(settings.channels).map((room) => room?.users ?? []),
    ];
    const wanted = [...new Set(lists.flat().map(String))].filter(isName);
    if (wanted.length === 0) return;
    const people = await listUsers(api);
    names.learn({ users: people });
    for (const entry of wanted) {
      const found = findPerson(people, userEntries.normalizeEntry(entry));
      if (found === undefined) {
        log.warn(`nobody in the workspace is called ${entry}`);
        continue;
      }
      const id = found.id.replace(/^user:/, "");
      ids.set(entry.trim(), id);
      log.info(`${entry} is ${id}${found.note === undefined ? "" : ` (${found.note})`}`);
    }
  };

  const lookUpChannels = async () => {
    const wanted = [...Object.keys(settings.channels), ...settings.dm.groupChannels.map(String)].filter(
      (key) => key !== "*" && !/^(?:channel:|#)?[CGD][A-Z0-9]{5,}$/.test(key.trim()),
    );
    if (wanted.length === 0) return;
    const channels = await listChannels(api);
    for (const key of wanted) {
      const found = channels.find(({ name }) => slug(name ?? "") === slug(key));
      if (found === undefined) log.warn(`the workspace has no channel ${key}, or the app may not see it`);
      else log.info(`${key} is ${found.id}`);
    }
  };

  return {
    async lookUp() {
      for (const look of [lookUpUsers, lookUpChannels]) {
        await look().catch((error: unknown) => {
          if (context.signal.aborted) return;
          log.warn(
            `names of the configuration could not be looked up: ${error instanceof Error ? error.message : error}`,
          );
        });
      }
    },
    idsOf(entry) {
      const id = ids.get(entry.trim());
      return id === undefined ? [] : [id];
    },
  };
}

function isName(entry: string): boolean {
  const bare = userEntries.normalizeEntry(entry);
  return bare !== "" && bare !== "*" && !(userIdPattern.test(bare) && /\d/.test(bare));
}
