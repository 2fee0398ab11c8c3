import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Tool } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { CallOptions, ServerConnection } from "./server-connection.ts";
import { toolResult } from "./tool-result.ts";

const params = z.object({
  action: z.enum(["list", "read"]).describe("what to do; read needs uri"),
  uri: z.string().optional().describe("address of the resource to read, as list shows it"),
  cursor: z.string().optional().describe("for the next page of a list"),
});
const { $schema: _dialect, ...parameters } = z.toJSONSchema(params, { io: "input" });

/** What a server offers to be read: a tool that lists it and reads one of it. */
export function resourcesTool(server: string, name: string, connection: ServerConnection): Tool {
  return {
    name,
    description: `Lists and reads the resources (files, records, pages) that the MCP server ${server} offers.`,
    parameters,
    readOnly: true,
    async execute(args, { signal }) {
      const { action, uri, cursor } = params.parse(args);
      if (action === "read" && !uri) throw new Error("uri is required to read a resource");
      const options = { signal };
      const answer =
        action === "list" ? await list(connection, cursor, options) : await read(connection, uri ?? "", options);
      return toolResult(answer, { server, tool: "resources" });
    },
  };
}

async function list(
  connection: ServerConnection,
  cursor: string | undefined,
  options: CallOptions,
): Promise<CallToolResult> {
  const page = cursor === undefined ? {} : { cursor };
  const [{ resources, nextCursor }, templates] = await Promise.all([
    connection.ask("what resources it has", (client, limits) => client.listResources(page, limits), options),
    cursor === undefined ? listTemplates(connection, options) : [],
  ]);
  const lines = [
    ...resources.map(({ uri, name, title, description, mimeType }) => line(uri, title ?? name, description, mimeType)),
    ...templates.map(({ uriTemplate, name, title, description, mimeType }) =>
      line(`${uriTemplate} (fill in what stands in braces)`, title ?? name, description, mimeType),
    ),
    ...(nextCursor === undefined ? [] : [`There are more: cursor ${JSON.stringify(nextCursor)}`]),
  ];
  return { content: [{ type: "text", text: lines.join("\n") || "There are no resources." }] };
}

/** Addresses with gaps. Servers that have none may not know the question. */
async function listTemplates(connection: ServerConnection, options: CallOptions) {
  const { ErrorCode, McpError } = await import("@modelcontextprotocol/sdk/types.js");
  return connection.ask(
    "what kinds of resources it has",
    async (client, limits) => {
      try {
        return (await client.listResourceTemplates({}, limits)).resourceTemplates;
      } catch (error) {
        if (error instanceof McpError && error.code === ErrorCode.MethodNotFound) return [];
        throw error;
      }
    },
    options,
  );
}

function line(address: string, name: string, description: string | undefined, mimeType: string | undefined): string {
  const about = [mimeType, description?.replace(/\s+/g, " ").trim()].filter(Boolean).join("; ");
  return `- ${address}: ${name}${about === "" ? "" : ` (${about})`}`;
}

async function read(connection: ServerConnection, uri: string, options: CallOptions): Promise<CallToolResult> {
  const { contents } = await connection.ask(
    `for the resource ${uri}`,
    (client, limits) => client.readResource({ uri }, limits),
    options,
  );
  return {
    content: contents.map((part): CallToolResult["content"][number] => {
      const { mimeType } = part;
      if ("blob" in part && mimeType?.startsWith("image/")) return { type: "image", data: part.blob, mimeType };
      return { type: "resource", resource: part };
    }),
  };
}
