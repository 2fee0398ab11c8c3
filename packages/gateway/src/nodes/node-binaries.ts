import { randomUUID } from "node:crypto";
import type { Logger } from "@openclaw/log";
import { z } from "zod";
import type { DeviceStore } from "../pairing/device-store.ts";
import type { GatewaySkills } from "../skills/agent-skills.ts";
import { type NodeCommandConfig, usableCommands } from "./node-commands.ts";
import type { InvocationOutcome } from "./node-invocations.ts";
import type { LiveNode, NodeRegistry } from "./node-registry.ts";
import type { NodeInvokeRequest } from "./nodes.ts";

/** How long a node may take to look for programs, ms. */
const lookTimeoutMs = 15_000;

const whichAnswer = z.object({ bins: z.record(z.string(), z.unknown()) });
const runAnswer = z.object({ stdout: z.string() });

export interface NodeBinariesOptions {
  registry: NodeRegistry;
  devices: Pick<DeviceStore, "get" | "keepBins">;
  commandConfig(): NodeCommandConfig;
  invoke(request: NodeInvokeRequest): Promise<InvocationOutcome>;
  skills: Pick<GatewaySkills, "bins" | "useMachines" | "onChange">;
  log: Logger;
}

/** Which programs of skills the connected Macs have, so that skills for them can be used. */
export interface NodeBinaries {
  connected(node: LiveNode): void;
  disconnected(): void;
}

export function createNodeBinaries(options: NodeBinariesOptions): NodeBinaries {
  const { registry, devices, skills, log } = options;
  /** What each connection was asked for. */
  const asked = new Map<string, string>();
  let told = "";

  const commandsOf = ({ session: { client }, declared }: LiveNode) =>
    usableCommands({ platform: client.platform, deviceFamily: client.deviceFamily, declared }, options.commandConfig());
  const macs = () => registry.all().filter((node) => isMac(node) && commandsOf(node).includes("system.run"));
  const nameOf = ({ nodeId, session }: LiveNode) =>
    devices.get(nodeId)?.label ?? session.client.displayName ?? nodeId.slice(0, 12);

  const tell = () => {
    const names = macs().map(nameOf).sort();
    const bins = new Set(macs().flatMap(({ nodeId }) => devices.get(nodeId)?.bins ?? []));
    const now = JSON.stringify([names, [...bins].sort()]);
    if (now === told) return;
    told = now;
    skills.useMachines(names.length === 0 ? undefined : { names, platforms: ["darwin"], bins });
  };

  const look = async (node: LiveNode, wanted: readonly string[]) => {
    const hasWhich = commandsOf(node).includes("system.which");
    const outcome = await options.invoke({
      nodeId: node.nodeId,
      ...(hasWhich
        ? { command: "system.which", params: { bins: wanted } }
        : { command: "system.run", params: { command: ["/bin/sh", "-lc", lookScript(wanted)] } }),
      timeoutMs: lookTimeoutMs,
      idempotencyKey: randomUUID(),
    });
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const found = hasWhich
      ? Object.keys(whichAnswer.parse(outcome.payload).bins)
      : runAnswer.parse(outcome.payload).stdout.split("\n");
    devices.keepBins(
      node.nodeId,
      wanted.filter((name) => found.includes(name)),
    );
    tell();
  };

  /** Asks the Macs that were not asked for just these programs yet. */
  const lookEverywhere = async () => {
    const nodes = macs();
    if (nodes.length === 0) return;
    const wanted = (await skills.bins()).filter(isPlainName);
    if (wanted.length === 0) return;
    for (const node of nodes) {
      if (asked.get(node.connection.id) === wanted.join()) continue;
      asked.set(node.connection.id, wanted.join());
      look(node, wanted).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        log.warn(`the node ${nameOf(node)} does not tell which programs of skills it has: ${reason}`);
      });
    }
  };
  const lookSoon = () => {
    lookEverywhere().catch((error: unknown) =>
      log.warn("nodes cannot be asked for programs of skills", { error: String(error) }),
    );
  };
  skills.onChange(lookSoon);

  return {
    connected(node) {
      if (!isMac(node)) return;
      tell();
      lookSoon();
    },
    disconnected() {
      const there = new Set(registry.all().map(({ connection }) => connection.id));
      for (const id of asked.keys()) if (!there.has(id)) asked.delete(id);
      tell();
    },
  };
}

function isMac({ session: { client } }: LiveNode): boolean {
  return /mac|darwin/i.test(`${client.platform ?? ""} ${client.deviceFamily ?? ""}`);
}

/** A name that is the same word to every shell. */
function isPlainName(name: string): boolean {
  return /^[\w.+-]+$/.test(name);
}

function lookScript(names: readonly string[]): string {
  return `for name in ${names.join(" ")}; do command -v "$name" >/dev/null 2>&1 && echo "$name"; done; true`;
}
