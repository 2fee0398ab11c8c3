import type { Logger } from "@openclaw/log";
import { type Beacon, beaconTxt } from "./beacon.ts";

/** How often it is looked whether the service is still announced, ms. */
const WATCH_MS = 60_000;
/** The time between two attempts to announce it again, ms. */
const RETRY_MS = 30_000;

/** Announces a Gateway in the local network (mDNS). Whatever goes wrong is logged; nothing is thrown. */
export async function advertise(options: {
  beacon: Beacon;
  /** Name of the service, before conflicts are resolved. */
  name: string;
  /** Host under which it is found, without `.local`. */
  hostname: string;
  /** Addresses to announce on; all when empty. */
  addresses: readonly string[];
  log: Logger;
}): Promise<{ close(): Promise<void> }> {
  const { beacon, name, hostname, addresses, log } = options;
  const { getResponder } = await import("@homebridge/ciao");
  const responder = getResponder(addresses.length === 0 ? {} : { interface: [...addresses] });
  const service = responder.createService({
    name,
    type: "openclaw-gw",
    port: beacon.port,
    hostname,
    txt: beaconTxt(beacon),
    ...(addresses.length === 0 ? {} : { restrictedAddresses: [...addresses] }),
  });
  service.on("name-change", (taken) =>
    log.info(`another gateway is called ${name}; this one is announced as ${taken}`),
  );
  service.on("hostname-change", (taken) => log.info(`the host name ${hostname} is taken; using ${taken}`));
  let closed = false;
  let lastAttempt = Number.NEGATIVE_INFINITY;
  const announce = async () => {
    lastAttempt = performance.now();
    try {
      await service.advertise();
      log.info(`announced as ${name} in the local network`);
    } catch (error) {
      if (!closed) log.warn("the gateway could not be announced in the local network", { error: String(error) });
    }
  };
  const watchdog = setInterval(() => {
    const state: string = service.serviceState;
    if (state !== "unannounced" || performance.now() - lastAttempt < RETRY_MS) return;
    void announce();
  }, WATCH_MS);
  watchdog.unref();
  void announce();
  return {
    async close() {
      closed = true;
      clearInterval(watchdog);
      try {
        await service.destroy();
      } catch (error) {
        log.debug("the announcement could not be taken back", { error: String(error) });
      }
    },
  };
}
