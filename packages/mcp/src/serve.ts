export { type ServedGateway, type ServeGatewayOptions, serveGateway } from "./server/serve-gateway.ts";
