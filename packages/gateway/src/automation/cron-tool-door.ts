import type { ToolScope } from "@openclaw/agent-runtime";
import type { CronToolTarget } from "@openclaw/automation";
import { cronToolDefinition } from "@openclaw/automation/resident";
import type { Tool } from "@openclaw/plugin-sdk";
import { checkParams, findMethod, type MethodName, type ParamsOf } from "@openclaw/protocol";
import { messageText, stripEnvelope } from "@openclaw/sessions";
import type { AutomationGateway } from "./automation-parts.ts";
import type { CronDesk } from "./cron-desk.ts";

/** The `cron` tool of a run; what it does is loaded with the first call. */
export function cronToolFor(
  scope: ToolScope,
  gateway: Pick<AutomationGateway, "sessions">,
  automation: { cron(): Promise<CronDesk>; wake(text: string, mode: "now" | "next-heartbeat"): Promise<void> },
): Tool {
  return {
    ...cronToolDefinition,
    async execute(params, context) {
      const { createCronTool } = await import("@openclaw/automation");
      const tool = createCronTool({
        agentId: scope.agentId,
        sessionKey: scope.sessionKey,
        call: (method, given, target) =>
          target.url === undefined ? callHere(method, given, automation) : callThere(method, given, target.url, target),
        recent: (limit) => recentMessages(gateway, scope.sessionKey, limit),
      });
      return tool.execute(params, context);
    },
  };
}

/** The same checks as for a request from outside. */
async function callHere(
  method: string,
  given: unknown,
  automation: Parameters<typeof cronToolFor>[2],
): Promise<unknown> {
  const checked = <M extends MethodName>(name: M): ParamsOf<M> => {
    const contract = findMethod(name, 3);
    if (contract === undefined) throw new Error(`${name} is not available`);
    const result = checkParams(contract, given, 3);
    if (!result.ok) throw new Error(result.error.message);
    // Checked against the contract of that name.
    return result.params as ParamsOf<M>;
  };
  const id = () => String(Reflect.get(Object(given), "id"));
  switch (method) {
    case "cron.status":
      return (await automation.cron()).status();
    case "cron.list":
      return { jobs: await (await automation.cron()).list(checked("cron.list")) };
    case "cron.add":
      return (await automation.cron()).add(checked("cron.add"));
    case "cron.update":
      return (await automation.cron()).update(id(), checked("cron.update").patch);
    case "cron.remove":
      return { ok: true, ...(await (await automation.cron()).remove(id())) };
    case "cron.run":
      return { ok: true, ...(await (await automation.cron()).run(id(), checked("cron.run").mode)) };
    case "cron.runs":
      return { entries: (await automation.cron()).runs(id(), checked("cron.runs").limit) };
    case "wake": {
      const { text, mode } = checked("wake");
      await automation.wake(text, mode);
      return { ok: true };
    }
    default:
      throw new Error(`unknown method: ${method}`);
  }
}

/** Asks another Gateway, on a connection of its own. */
async function callThere(method: string, params: unknown, url: string, target: CronToolTarget): Promise<unknown> {
  const { createGatewayClient } = await import("@openclaw/client");
  const client = createGatewayClient({
    url,
    client: { id: "gateway-client", version: "0.0.0", platform: process.platform, mode: "backend" },
    credentials: () => (target.token === undefined ? {} : { token: target.token }),
    scopes: ["operator.admin"],
    reconnect: false,
    // Version 4 lists jobs in pages and does not wait for a run.
    protocol: { min: 3, max: 3 },
    requestTimeoutMs: target.timeoutMs,
  });
  try {
    await client.connect();
    return await client.call(method, params);
  } finally {
    client.close();
  }
}

/** What the user and the assistant have said last, oldest first. */
export function recentMessages(
  { sessions }: Pick<AutomationGateway, "sessions">,
  sessionKey: string,
  limit: number,
): { role: "user" | "assistant"; text: string }[] {
  if (!sessions.get(sessionKey)?.sessionId) return [];
  // Calls and results of tools stand between what people and the assistant have said.
  return sessions
    .transcript(sessionKey)
    .history(limit * 10)
    .flatMap((item) => {
      if (item.kind !== "message") return [];
      const { role } = item.message;
      const text = role === "user" || role === "assistant" ? stripEnvelope(messageText(item.message)).trim() : "";
      return text === "" || (role !== "user" && role !== "assistant") ? [] : [{ role, text }];
    })
    .slice(-limit);
}
