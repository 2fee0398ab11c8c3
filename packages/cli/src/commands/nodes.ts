import type { NodeRow } from "@openclaw/protocol";
import { readDuration } from "../nodes/duration.ts";
import { withNodes } from "../nodes/nodes-call.ts";
import { readEnv, readModes, runOnNode } from "../nodes/run-on-node.ts";
import { type SeenNode, showNode, showPairing, showPending, showStatus } from "../nodes/show-nodes.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type {
  nodesDescribeFlags,
  nodesFlags,
  nodesInvokeFlags,
  nodesListFlags,
  nodesNotifyFlags,
  nodesRenameFlags,
  nodesRunFlags,
} from "../spec/nodes-commands.ts";
import { listOf, numberOf, recordOf, textOf } from "./payload.ts";

export * from "./nodes-media.ts";

/** `nodes status` */
export async function status({ flags }: CommandInput<typeof nodesListFlags>, context: CommandContext) {
  return withNodes("status", flags, context, async ({ connection }) => {
    const answer = recordOf(await connection.call("node.list", {}));
    const nodes = (listOf(answer.nodes) as SeenNode[]).filter(wanted(flags, context));
    if (flags.json) return void context.printJson({ ts: answer.ts, nodes });
    showStatus(nodes, context);
  });
}

/** `nodes list` */
export async function list({ flags }: CommandInput<typeof nodesListFlags>, context: CommandContext) {
  return withNodes("list", flags, context, async ({ connection }) => {
    const [pairing, known] = await Promise.all([
      connection.call("node.pair.list", {}).then(recordOf),
      connection.call("node.list", {}).then(recordOf),
    ]);
    const shown = new Set(
      (listOf(known.nodes) as SeenNode[]).filter(wanted(flags, context)).map(({ nodeId }) => nodeId),
    );
    const narrowed = flags.connected || flags["last-connected"] !== undefined;
    const paired = listOf(pairing.paired).filter((node) => !narrowed || shown.has(textOf(recordOf(node).nodeId) ?? ""));
    const lists = { pending: listOf(pairing.pending), paired };
    if (flags.json) return void context.printJson(lists);
    showPairing(lists, context);
  });
}

/** `nodes describe` */
export async function describe({ flags }: CommandInput<typeof nodesDescribeFlags>, context: CommandContext) {
  return withNodes("describe", flags, context, async (session) => {
    const { nodeId } = await session.node(flags.node);
    const node = (await session.connection.call("node.describe", { nodeId })) as NodeRow;
    if (flags.json) return void context.printJson(node);
    showNode(node, context);
  });
}

/** `nodes pending` */
export async function pending({ flags }: CommandInput<typeof nodesFlags>, context: CommandContext) {
  return withNodes("pending", flags, context, async ({ connection }) => {
    const waiting = listOf(recordOf(await connection.call("node.pair.list", {})).pending);
    if (flags.json) return void context.printJson(waiting);
    if (waiting.length === 0) return void context.print("No pending pairing requests.");
    showPending(waiting, context);
  });
}

/** `nodes approve` */
export async function approve({ flags, args }: CommandInput<typeof nodesFlags>, context: CommandContext) {
  return withNodes("approve", flags, context, async ({ connection }) => {
    context.printJson(await connection.call("node.pair.approve", { requestId: args[0] }));
  });
}

/** `nodes reject` */
export async function reject({ flags, args }: CommandInput<typeof nodesFlags>, context: CommandContext) {
  return withNodes("reject", flags, context, async ({ connection }) => {
    context.printJson(await connection.call("node.pair.reject", { requestId: args[0] }));
  });
}

/** `nodes rename` */
export async function rename({ flags }: CommandInput<typeof nodesRenameFlags>, context: CommandContext) {
  return withNodes("rename", flags, context, async (session) => {
    const { nodeId } = await session.node(flags.node);
    const displayName = flags.name?.trim();
    if (!displayName) throw new Error("name required");
    const renamed = await session.connection.call("node.rename", { nodeId, displayName });
    if (flags.json) return void context.printJson(renamed);
    context.print(`node rename ok: ${nodeId} -> ${displayName}`);
  });
}

/** `nodes invoke` */
export async function invoke({ flags }: CommandInput<typeof nodesInvokeFlags>, context: CommandContext) {
  return withNodes("invoke", flags, context, async (session) => {
    const command = flags.command?.trim();
    if (!command) throw new Error("command required");
    if (command === "system.run") {
      throw new Error(
        `system.run is done with approvals: use ${context.hint("openclaw nodes run --node <node> -- <command>")}`,
      );
    }
    const params = parsed(flags.params);
    const { nodeId } = await session.node(flags.node);
    context.printJson(
      await session.invoke({
        nodeId,
        command,
        params,
        timeoutMs: flags["invoke-timeout"],
        idempotencyKey: flags["idempotency-key"],
      }),
    );
  });
}

/** `nodes run`: the exit code is that of the command. */
export async function run({ flags, args }: CommandInput<typeof nodesRunFlags>, context: CommandContext) {
  return withNodes("run", flags, context, async (session): Promise<number> => {
    const raw = flags.raw?.trim() || undefined;
    if (raw !== undefined && args.length > 0) throw new Error("use --raw or argv, not both");
    if (raw === undefined && args.length === 0) throw new Error("command required");
    const { config } = await context.config();
    const query = flags.node ?? config.tools?.exec?.node;
    if (!query?.trim()) throw new Error("node required (set --node or tools.exec.node)");
    const answer = await runOnNode(
      {
        node: await session.node(query),
        raw,
        argv: args,
        cwd: flags.cwd,
        env: readEnv(flags.env),
        agentId: flags.agent?.trim() || undefined,
        ...readModes(flags),
        commandTimeoutMs: flags["command-timeout"],
        invokeTimeoutMs: flags["invoke-timeout"],
        needsScreenRecording: flags["needs-screen-recording"],
      },
      session,
      config,
    );
    const { stdout, stderr, exitCode, timedOut, error } = recordOf(answer.payload);
    if (flags.json) context.printJson(answer);
    else {
      context.stdout.write(textOf(stdout) ?? "");
      context.stderr.write(textOf(stderr) ?? "");
    }
    if (timedOut === true) {
      context.warn("run timed out");
      return 1;
    }
    const code = numberOf(exitCode) ?? 1;
    const why = textOf(error);
    if (why) context.warn(why);
    if (code !== 0) context.warn(`run exit ${code}`);
    return code;
  });
}

/** `nodes notify` */
export async function notify({ flags }: CommandInput<typeof nodesNotifyFlags>, context: CommandContext) {
  return withNodes("notify", flags, context, async (session) => {
    const [title, body] = [flags.title?.trim(), flags.body?.trim()];
    if (!title && !body) throw new Error("missing --title or --body");
    const { nodeId } = await session.node(flags.node);
    const { sound, priority, delivery } = flags;
    const params = { title: title ?? "", body: body ?? "", sound, priority, delivery };
    const answer = await session.invoke({
      nodeId,
      command: "system.notify",
      params,
      timeoutMs: flags["invoke-timeout"],
    });
    if (flags.json) return void context.printJson(answer);
    context.print("notify ok");
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`--params is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Which nodes `--connected` and `--last-connected` leave. */
function wanted(flags: { connected: boolean; "last-connected": string | undefined }, { now }: CommandContext) {
  const within = flags["last-connected"];
  const since = within === undefined ? undefined : now() - readDuration(within, "--last-connected");
  return ({ connected, connectedAtMs, lastSeenAtMs }: SeenNode): boolean => {
    if (flags.connected && !connected) return false;
    return since === undefined || connected || (connectedAtMs ?? lastSeenAtMs ?? 0) >= since;
  };
}
