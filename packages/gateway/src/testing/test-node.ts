import type { ConnectOptions, Json, RawClient } from "./raw-client.ts";
import { createDevice, type TestDevice } from "./test-device.ts";
import type { TestGateway } from "./test-gateway.ts";

/** What a node of a test was asked for. */
export interface NodeRequest {
  id: string;
  nodeId: string;
  command: string;
  paramsJSON: string | null;
  timeoutMs: number;
  idempotencyKey: string;
}

/** A node that answers as a test says. */
export interface TestNode {
  readonly nodeId: string;
  readonly device: TestDevice;
  readonly client: RawClient;
  /** The first request for a command that came or comes; `from` skips frames that came before. */
  asked(command: string, from?: number): Promise<NodeRequest>;
  /** Sends `node.invoke.result`. */
  answer(request: Pick<NodeRequest, "id">, result: Json): Promise<unknown>;
  tell(event: string, payload: unknown): Promise<unknown>;
}

export interface TestNodeOptions extends ConnectOptions {
  commands?: readonly string[];
  permissions?: Record<string, boolean>;
  pathEnv?: string;
  /** Answers of its own accord; a command without an entry waits for the test. */
  answers?: Record<string, (params: Json) => Json>;
}

/** Connects a node from this machine, which is paired without asking. */
export async function connectTestNode(gateway: TestGateway, options: TestNodeOptions = {}): Promise<TestNode> {
  const { commands = ["system.run", "system.which"], permissions, pathEnv, answers = {}, ...connect } = options;
  const device = connect.device ?? createDevice();
  const client = await gateway.connect({
    role: "node",
    scopes: [],
    caps: ["system"],
    ...connect,
    client: { id: "node-host", mode: "node", displayName: "Test Node", ...connect.client },
    device,
    extra: { commands, ...(permissions ? { permissions } : {}), ...(pathEnv ? { pathEnv } : {}) },
  });
  const nodeId = device.id;
  const node: TestNode = {
    nodeId,
    device,
    client,
    asked: (command, from = 0) =>
      client.event(
        "node.invoke.request",
        (payload) => payload.command === command,
        from,
      ) as unknown as Promise<NodeRequest>,
    answer: ({ id }, result) => client.request("node.invoke.result", { id, nodeId, ...result }),
    tell: (event, payload) => client.request("node.event", { event, payloadJSON: JSON.stringify(payload) }),
  };
  const react = (frame: { event?: string; payload?: NodeRequest }) => {
    if (frame.event !== "node.invoke.request" || !frame.payload) return;
    const answer = answers[frame.payload.command];
    // A test may end before the Gateway has taken the answer.
    if (answer)
      node.answer(frame.payload, answer(JSON.parse(frame.payload.paramsJSON ?? "{}") as Json)).catch(() => {});
  };
  // The Gateway may ask as soon as it has let the node in.
  for (const frame of client.frames) react(frame as { event?: string; payload?: NodeRequest });
  client.socket.on("message", (data) => react(JSON.parse(String(data)) as { event?: string; payload?: NodeRequest }));
  return node;
}

/** The answer to a request whose result is this. */
export function nodeResult(payload: unknown): Json {
  return { ok: true, payloadJSON: JSON.stringify(payload) };
}
