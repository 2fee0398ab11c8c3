import { knownChannelHealth, noChannels } from "./channels/channel-health.ts";
import type { Conversations } from "./conversations.ts";
import type { GatewayBase } from "./gateway-base.ts";
import { createHealth, type Health } from "./health.ts";
import { type DeviceStore, openDeviceStore } from "./pairing/device-store.ts";
import { createPairingEvents, type PairingEvents } from "./pairing/pairing-events.ts";
import { createPresence, type Presence } from "./presence.ts";

/** Who may be a client of a Gateway, who is one, and what all of them keep a copy of. */
export interface GatewayClients {
  readonly devices: DeviceStore;
  readonly pairingEvents: PairingEvents;
  readonly presence: Presence;
  readonly health: Health;
  /** Versions of what clients keep a copy of. */
  stateVersion(this: void): { presence: number; health: number };
}

export function openClients(gateway: GatewayBase & { conversations: Conversations }): GatewayClients {
  const { stateDir, version, connections, conversations, clock, timers, life, late, log } = gateway;
  const pairingEvents = createPairingEvents(connections, clock);
  const devices = openDeviceStore({
    stateDir,
    clock,
    timers,
    log: log.child("devices"),
    onExpired: (request) => pairingEvents.resolved(request, "expired"),
  });
  life.on("close", () => devices.close());
  const stateVersion = () => ({ presence: presence.version, health: health.version });
  const presence = createPresence({ clock, version, connections, stateVersion });
  life.on("close", () => presence.close());
  const health = createHealth({
    source: {
      ...conversations.healthSource(),
      channels: () => (late.channels.opened ? knownChannelHealth(late.channels.opened) : noChannels),
    },
    clock,
    connections,
    stateVersion,
  });
  life.on("close", () => health.close());
  return { devices, pairingEvents, presence, health, stateVersion };
}
