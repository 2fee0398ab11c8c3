import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { HotAction, HotArea } from "./reload.ts";

/** A configuration before and after it changed. */
export interface ConfigChange {
  previous: OpenClawConfig;
  next: OpenClawConfig;
}

type ChannelReload = (channel: string, change: ConfigChange) => Promise<void> | void;
type AreaReload = (change: ConfigChange) => Promise<void> | void;

/** The parts of a Gateway that take over a changed configuration without a restart. */
export interface HotReload {
  /** Says how an area takes over a change; areas that say nothing need a restart. */
  on(area: Exclude<HotArea, "channel">, reload: AreaReload): void;
  on(area: "channel", reload: ChannelReload): void;
  /** Whether an action can be carried out here. */
  can(action: HotAction): boolean;
  /** Carries out the actions, one after the other. One that fails is logged and keeps none of the others from it. */
  run(actions: readonly HotAction[], change: ConfigChange): Promise<void>;
}

export function createHotReload({ env, log }: { env: NodeJS.ProcessEnv; log: Logger }): HotReload {
  const areas = new Map<HotArea, AreaReload>();
  let channel: ChannelReload | undefined;
  const skipsChannels = () => env.OPENCLAW_SKIP_CHANNELS === "1" || env.OPENCLAW_SKIP_PROVIDERS === "1";

  const runOne = async (action: HotAction, change: ConfigChange): Promise<void> => {
    if (action.area !== "channel") return areas.get(action.area)?.(change);
    if (skipsChannels()) {
      return log.info("skipping channel reload (OPENCLAW_SKIP_CHANNELS=1 or OPENCLAW_SKIP_PROVIDERS=1)");
    }
    log.info(`restarting ${action.channel} channel`);
    await channel?.(action.channel, change);
  };

  return {
    on(area: HotArea, reload: ChannelReload | AreaReload) {
      if (area === "channel") channel = reload as ChannelReload;
      else areas.set(area, reload as AreaReload);
    },
    can: ({ area }) => (area === "channel" ? channel !== undefined : areas.has(area)),
    async run(actions, change) {
      for (const action of actions) {
        try {
          await runOne(action, change);
        } catch (error) {
          const what = action.area === "channel" ? `channel ${action.channel}` : action.area;
          log.error(`${what} config reload failed: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
  };
}
