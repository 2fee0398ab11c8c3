export type { SessionDefaults } from "./bridge/choose-key.ts";
export { type ServeAcpOptions, type ServedAcp, serveAcp } from "./bridge/serve-acp.ts";
export { type AcpClientOptions, runAcpClient } from "./client/run-acp-client.ts";
