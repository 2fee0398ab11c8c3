import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Tool } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { CallOptions, ServerConnection } from "./server-connection.ts";
import { toolResult } from "./tool-result.ts";

const params = z.object({
  action: z.enum(["list", "get"]).describe("what to do; get needs name"),
  name: z.string().optional().describe("name of the prompt, as list shows it"),
  arguments: z.record(z.string(), z.string()).optional().describe("values of the prompt's arguments"),
  cursor: z.string().optional().describe("for the next page of a list"),
});
const { $schema: _dialect, ...parameters } = z.toJSONSchema(params, { io: "input" });

/** Prompts a server has prepared: a tool that lists them and fills one in. */
export function promptsTool(server: string, name: string, connection: ServerConnection): Tool {
  return {
    name,
    description: `Lists and fills in the prompts that the MCP server ${server} has prepared. Use one when the user asks for it by name.`,
    parameters,
    readOnly: true,
    async execute(args, { signal }) {
      const { action, name: prompt, arguments: values, cursor } = params.parse(args);
      if (action === "get" && !prompt) throw new Error("name is required to get a prompt");
      const options = { signal };
      const answer =
        action === "list"
          ? await list(connection, cursor, options)
          : await get(connection, { name: prompt ?? "", ...(values && { arguments: values }) }, options);
      return toolResult(answer, { server, tool: "prompts" });
    },
  };
}

async function list(
  connection: ServerConnection,
  cursor: string | undefined,
  options: CallOptions,
): Promise<CallToolResult> {
  const page = cursor === undefined ? {} : { cursor };
  const { prompts, nextCursor } = await connection.ask(
    "what prompts it has",
    (client, limits) => client.listPrompts(page, limits),
    options,
  );
  const lines = prompts.map(({ name, title, description, arguments: wanted = [] }) => {
    const about = [title, description?.replace(/\s+/g, " ").trim()].filter(Boolean).join("; ");
    const named = wanted.map((each) => `${each.name}${each.required === true ? "" : "?"}`).join(", ");
    return `- ${name}(${named})${about === "" ? "" : `: ${about}`}`;
  });
  if (nextCursor !== undefined) lines.push(`There are more: cursor ${JSON.stringify(nextCursor)}`);
  return { content: [{ type: "text", text: lines.join("\n") || "There are no prompts." }] };
}

async function get(
  connection: ServerConnection,
  wanted: { name: string; arguments?: Record<string, string> },
  options: CallOptions,
): Promise<CallToolResult> {
  const { messages, description } = await connection.ask(
    `for the prompt ${wanted.name}`,
    (client, limits) => client.getPrompt(wanted, limits),
    options,
  );
  return {
    content: [
      ...(description === undefined ? [] : [{ type: "text" as const, text: description }]),
      ...messages.flatMap(({ role, content }) => [{ type: "text" as const, text: `${role}:` }, content]),
    ],
  };
}
