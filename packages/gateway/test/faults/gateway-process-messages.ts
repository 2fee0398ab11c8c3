import type { Delivery, InboundMessage } from "@openclaw/plugin-sdk";
import type { DiskState } from "./failing-disk.ts";

/** What a Gateway process is started with; everything else is in its home directory. */
export interface ProcessSettings {
  logFile: string;
  /** 0 = a free one. */
  port: number;
  /** Runs a `telegram` channel whose service is the test. */
  channel: boolean;
  /** The channel's account never ends when it is asked to stop. */
  hangingChannel: boolean;
  /** What the service delivers while the channel is still connecting. */
  backlog: InboundMessage[];
  /** The disk under this directory can be made to fail. */
  failingDisk?: string;
}

/** What the process tells its test. */
export type FromGateway =
  | { type: "ready"; url: string; port: number }
  | { type: "failed"; name: string; message: string }
  | { type: "restart"; reason: string }
  | { type: "stopped" }
  | { type: "disk"; state: DiskState }
  /** Bytes in use after the garbage is gone. */
  | { type: "memory"; bytes: number }
  | { type: "received"; id: string }
  | { type: "refused"; id: string; error: string }
  | { type: "send"; number: number; delivery: Delivery };

/** What the test tells the process. */
export type ToGateway =
  | { type: "receive"; message: InboundMessage }
  | { type: "disk"; state: DiskState }
  | { type: "memory" }
  | { type: "sent"; number: number }
  | { type: "sendFailed"; number: number; error: string };
