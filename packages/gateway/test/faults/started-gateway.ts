import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Delivery, InboundMessage } from "@openclaw/plugin-sdk";
import { ChatClient } from "./chat-client.ts";
import type { DiskState } from "./failing-disk.ts";
import { type GatewayHome, gatewayToken } from "./gateway-home.ts";
import type { FromGateway, ProcessSettings, ToGateway } from "./gateway-process-messages.ts";

const program = fileURLToPath(new URL("gateway-process.ts", import.meta.url));

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A Gateway that could not start, with what it said. */
export class StartRefused extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface StartOptions extends Partial<Omit<ProcessSettings, "logFile">> {
  env?: NodeJS.ProcessEnv;
  /** Kills the process when it is aborted, also while it is still starting. */
  killed?: AbortSignal;
}

/** A Gateway that runs in a process of its own. */
export class StartedGateway implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Resolves when the process has ended, whatever the reason. */
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #inbox: Inbox;

  /** Resolves when the Gateway takes connections. Rejects with {@link StartRefused}. */
  static async start(home: GatewayHome, options: StartOptions = {}): Promise<StartedGateway> {
    const { env, killed: _, ...given } = options;
    const settings: ProcessSettings = {
      logFile: home.logFile,
      port: 0,
      channel: false,
      hangingChannel: false,
      backlog: [],
      ...given,
    };
    const args = ["--conditions=@openclaw/source", program, JSON.stringify(settings)];
    const child = spawn(process.execPath, args, {
      env: { ...home.env, ...env },
      cwd: home.dir,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    options.killed?.addEventListener("abort", () => child.kill("SIGKILL"));
    // Messages to a process that has just been killed have nobody to reach.
    child.on("error", () => {});
    let errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.stdout?.resume();
    const exit = new Promise<Exit>((resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
    const inbox = new Inbox(child);
    const ended = exit.then(({ code, signal }): never => {
      throw new StartRefused("", `the process ended with ${code ?? signal}: ${errors}`);
    });
    const first = await Promise.race([inbox.next(({ type }) => type === "ready" || type === "failed"), ended]);
    if (first.type === "failed") {
      await exit;
      throw new StartRefused(first.name, first.message);
    }
    if (first.type !== "ready") throw new Error(`unexpected first message ${first.type}`);
    return new StartedGateway(child, inbox, exit, first);
  }

  private constructor(child: ChildProcess, inbox: Inbox, exit: Promise<Exit>, ready: { url: string; port: number }) {
    this.#child = child;
    this.#inbox = inbox;
    this.exit = exit;
    this.url = ready.url;
    this.port = ready.port;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  connect(): Promise<ChatClient> {
    return ChatClient.connect(this.url, gatewayToken);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exit;
  }

  /** SIGTERM, as a supervisor does it. */
  async terminate(): Promise<Exit & { afterMs: number }> {
    const since = performance.now();
    this.#child.kill("SIGTERM");
    return { ...(await this.exit), afterMs: performance.now() - since };
  }

  /** Hands a message to the channel; resolves with whether the Gateway took it. */
  async receive(message: InboundMessage): Promise<"received" | "refused"> {
    this.tell({ type: "receive", message });
    const { type } = await this.#inbox.next(
      (answer) => (answer.type === "received" || answer.type === "refused") && answer.id === message.id,
    );
    return type === "received" ? "received" : "refused";
  }

  /** The next message the Gateway hands to the service; answer it with {@link StartedGateway.tell}. */
  async nextSend(): Promise<{ number: number; delivery: Delivery }> {
    const sent = await this.#inbox.next(({ type }) => type === "send");
    if (sent.type !== "send") throw new Error("no send");
    return sent;
  }

  /** Takes the next message as the service does when all is well. */
  async acceptSend(): Promise<Delivery> {
    const { number, delivery } = await this.nextSend();
    this.tell({ type: "sent", number });
    return delivery;
  }

  /** Lets the disk of a process that was started with `failingDisk` fail, or work again. */
  async setDisk(state: DiskState): Promise<void> {
    this.tell({ type: "disk", state });
    await this.#inbox.next(({ type }) => type === "disk");
  }

  /** Bytes the process uses once its garbage is gone. */
  async memory(): Promise<number> {
    this.tell({ type: "memory" });
    const answer = await this.#inbox.next(({ type }) => type === "memory");
    return answer.type === "memory" ? answer.bytes : 0;
  }

  /** Why the Gateway asks to be restarted. */
  async restartRequest(): Promise<string> {
    const request = await this.#inbox.next(({ type }) => type === "restart");
    return request.type === "restart" ? request.reason : "";
  }

  /** Messages that nobody has asked for yet. */
  get untaken(): readonly FromGateway[] {
    return this.#inbox.waiting;
  }

  tell(message: ToGateway): void {
    this.#child.send(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
  }
}

/** The messages of a process in the order they came; each is taken once. */
class Inbox {
  readonly waiting: FromGateway[] = [];
  #takers: { fits(message: FromGateway): boolean; resolve(message: FromGateway): void }[] = [];

  constructor(child: ChildProcess) {
    child.on("message", (message: FromGateway) => {
      const taker = this.#takers.find(({ fits }) => fits(message));
      if (!taker) {
        this.waiting.push(message);
        return;
      }
      this.#takers = this.#takers.filter((other) => other !== taker);
      taker.resolve(message);
    });
  }

  next(fits: (message: FromGateway) => boolean): Promise<FromGateway> {
    const index = this.waiting.findIndex(fits);
    const [known] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => this.#takers.push({ fits, resolve }));
  }
}
