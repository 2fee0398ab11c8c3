// One Gateway in a process of its own, which a test may kill. Its parent talks to it over the IPC channel, see
// `gateway-process-messages.ts`. Argument: JSON of `ProcessSettings`.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Channel, ChannelContext } from "@openclaw/plugin-sdk";
import { installFailingDisk } from "./failing-disk.ts";
import type { FromGateway, ProcessSettings, ToGateway } from "./gateway-process-messages.ts";

/** As long as a Gateway takes at most to end after a signal, ms. */
const shutdownLimitMs = 5000;

const settings: ProcessSettings = JSON.parse(process.argv[2] ?? "");
const tell = (message: FromGateway) => process.send?.(message);
const disk = settings.failingDisk === undefined ? undefined : await installFailingDisk(settings.failingDisk);
const { openConfigStore, resolvePaths } = await import("@openclaw/config");
const { createLog } = await import("@openclaw/log");
const { startGateway } = await import("../../src/index.ts");

const answers = new Map<number, { resolve(result: { messageId: string }): void; reject(error: Error): void }>();
let channelContext: ChannelContext | undefined;
let sends = 0;

/** A chat service whose other end is the test. */
const channel: Channel = {
  meta: { id: "telegram", label: "Telegram" },
  async start(context) {
    channelContext = context;
    for (const message of settings.backlog) await context.receive(message);
    return {
      send(delivery) {
        sends += 1;
        const number = sends;
        return new Promise((resolve, reject) => {
          answers.set(number, { resolve, reject });
          tell({ type: "send", number, delivery });
        });
      },
      stop: () => (settings.hangingChannel ? new Promise(() => {}) : Promise.resolve()),
    };
  },
};

// A test that died must not leave a Gateway behind.
process.on("disconnect", () => process.exit(1));
process.on("message", (message: ToGateway) => {
  switch (message.type) {
    case "receive":
      channelContext?.receive(message.message).then(
        () => tell({ type: "received", id: message.message.id }),
        (error: unknown) => tell({ type: "refused", id: message.message.id, error: String(error) }),
      );
      return;
    case "disk":
      if (disk) disk.state = message.state;
      tell(message);
      return;
    case "memory":
      tell({ type: "memory", bytes: usedBytes() });
      return;
    case "sent":
      answers.get(message.number)?.resolve({ messageId: `platform-${message.number}` });
      return;
    case "sendFailed":
      answers.get(message.number)?.reject(new Error(message.error));
      return;
  }
});

/** What is alive on the heap and beside it. */
function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const env = process.env;
const paths = resolvePaths(env);
const log = createLog({ file: settings.logFile, console: false });
try {
  const configStore = await openConfigStore({ paths, env, log: log.child("config") });
  const gateway = await startGateway(
    {
      paths,
      configStore,
      env,
      log,
      version: "0.0.0",
      flags: { port: settings.port },
      channels: settings.channel ? [channel] : [],
    },
    ({ reason }) => tell({ type: "restart", reason }),
  );
  const stop = async () => {
    setTimeout(() => process.exit(0), shutdownLimitMs).unref();
    await gateway.stop();
    await configStore.close();
    tell({ type: "stopped" });
    process.exit(0);
  };
  process.once("SIGTERM", () => {
    void stop();
  });
  tell({ type: "ready", url: gateway.url, port: gateway.port });
} catch (error) {
  tell({ type: "failed", name: error instanceof Error ? error.name : "", message: String((error as Error).message) });
  process.exit(1);
}
