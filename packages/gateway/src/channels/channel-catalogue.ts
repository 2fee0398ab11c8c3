import type { Channel, ChannelEntry, ChannelMeta } from "@openclaw/plugin-sdk";

/** The channels a Gateway knows. A channel's module is loaded when it is first needed, and once. */
export interface ChannelCatalogue {
  /** In the order people see them. */
  metas(): readonly ChannelMeta[];
  /** The id for an id or alias; undefined for neither. */
  idOf(name: string): string | undefined;
  /** Variables of the environment that configure a channel. */
  envOf(id: string): readonly string[];
  /** What a channel says of itself, once it was loaded. */
  loaded(id: string): Channel | undefined;
  /** @throws Error when its module cannot be loaded, or the id is not known */
  load(id: string): Promise<Channel>;
  /** Adds a channel; false when there is one of its id. */
  add(channel: Channel | ChannelEntry): boolean;
}

/** Takes entries, and channels that are there already. */
export function createChannelCatalogue(channels: readonly (Channel | ChannelEntry)[]): ChannelCatalogue {
  const entries = new Map<string, ChannelEntry>();
  const loaded = new Map<string, Channel>();
  const loading = new Map<string, Promise<Channel>>();
  const aliases = new Map<string, string>();
  const add = (channel: Channel | ChannelEntry): boolean => {
    const { meta } = channel;
    if (entries.has(meta.id)) return false;
    if ("load" in channel) entries.set(meta.id, channel);
    else {
      entries.set(meta.id, { meta, load: () => Promise.resolve(channel) });
      loaded.set(meta.id, channel);
    }
    for (const alias of meta.aliases ?? []) aliases.set(alias, meta.id);
    metas = [...metas, meta].sort((a, b) => (a.order ?? 1000) - (b.order ?? 1000) || a.id.localeCompare(b.id));
    return true;
  };
  let metas: readonly ChannelMeta[] = [];
  for (const channel of channels) add(channel);

  return {
    add,
    metas: () => metas,
    idOf(name) {
      const wanted = name.trim().toLowerCase();
      return entries.has(wanted) ? wanted : aliases.get(wanted);
    },
    envOf: (id) => entries.get(id)?.env ?? [],
    loaded: (id) => loaded.get(id),
    load(id) {
      const entry = entries.get(id);
      if (entry === undefined) return Promise.reject(new Error(`unknown channel: ${id}`));
      const under = loading.get(id);
      if (under !== undefined) return under;
      const work = entry.load().then(
        (channel) => {
          loaded.set(id, channel);
          return channel;
        },
        (error: unknown) => {
          // The next one who needs it tries again.
          loading.delete(id);
          throw new Error(`the module of channel ${id} could not be loaded`, { cause: error });
        },
      );
      loading.set(id, work);
      return work;
    },
  };
}
