import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

/** A one-pixel PNG. */
const picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** An MCP server with a tool for each thing a test wants to see. */
export function createTestServer(): McpServer {
  const server = new McpServer({ name: "test", version: "1.0.0" });
  server.registerTool(
    "echo",
    { description: "Says it again.", inputSchema: { text: z.string() }, annotations: { readOnlyHint: true } },
    ({ text }) => ({ content: [{ type: "text", text: `echo: ${text}` }] }),
  );
  server.registerTool("picture", { description: "Shows a picture." }, () => ({
    content: [
      { type: "text", text: "here it is" },
      { type: "image", data: picture, mimeType: "image/png" },
    ],
  }));
  server.registerTool("fail.now", { description: "Fails." }, () => ({
    isError: true,
    content: [{ type: "text", text: "the disk is full" }],
  }));
  server.registerTool("everything", {}, () => ({
    content: [
      { type: "audio", data: "AAAA", mimeType: "audio/wav" },
      { type: "resource_link", uri: "file:///a.txt", name: "a", title: "The file" },
      { type: "resource", resource: { uri: "file:///b.txt", text: "inside b" } },
      { type: "resource", resource: { uri: "file:///c.bin", blob: "AAAA" } },
    ],
  }));
  server.registerTool("surroundings", { description: "Where it runs." }, () => ({
    content: [{ type: "text", text: JSON.stringify({ cwd: process.cwd(), pid: process.pid, env: process.env }) }],
  }));
  server.registerTool("hang", { description: "Never answers." }, ({ signal, sendNotification }) => {
    void sendNotification({ method: "notifications/message", params: { level: "info", data: "hanging" } });
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  });
  server.registerTool("more", { description: "Adds a tool." }, () => {
    server.registerTool("added", { description: "Was added." }, () => ({ content: [] }));
    return { content: [{ type: "text", text: "added" }] };
  });
  server.registerTool("die", { description: "Ends the server." }, () => process.exit(3));
  server.registerResource(
    "notes",
    "memo://notes",
    { title: "Notes", description: "What is to be done.", mimeType: "text/plain" },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: "text/plain", text: "buy milk" }] }),
  );
  server.registerResource("photo", "memo://photo", { mimeType: "image/png" }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: "image/png", blob: picture }],
  }));
  server.registerResource(
    "page",
    new ResourceTemplate("memo://pages/{title}", { list: undefined }),
    { description: "A page by its title." },
    (uri, { title }) => ({ contents: [{ uri: uri.href, text: `page ${String(title)}` }] }),
  );
  server.registerPrompt(
    "review",
    { description: "Looks a text over.", argsSchema: { text: z.string(), tone: z.string().optional() } },
    ({ text, tone = "kind" }) => ({
      messages: [{ role: "user", content: { type: "text", text: `Review in a ${tone} tone: ${text}` } }],
    }),
  );
  return server;
}

/** An MCP server with one tool alone. */
export function createSingleToolServer(): McpServer {
  const server = new McpServer({ name: "single", version: "1.0.0" });
  server.registerTool("ping", { description: "Answers." }, () => ({ content: [{ type: "text", text: "pong" }] }));
  return server;
}
