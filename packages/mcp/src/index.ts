export { createMcpTools, type McpTool, type McpTools, type McpToolsOptions } from "./client/mcp-tools.ts";
export {
  createServerConnection,
  type ServerConnection,
  type ServerConnectionOptions,
  type ServerState,
  type ServerStatus,
} from "./client/server-connection.ts";
export { type KeptStatus, keepServerStatus, readServerStatus } from "./client/server-status-file.ts";
export { type HttpServerConfig, type McpServerConfig, type StdioServerConfig, transportOf } from "./mcp-config.ts";
export { forgetSignIn, readSignIn, type SignIn } from "./sign-in/sign-in-file.ts";
export { type SignInOptions, signInToServer } from "./sign-in/sign-in-to-server.ts";
