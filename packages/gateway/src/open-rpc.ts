import type { WsLogStyle } from "@openclaw/log";
import { createHandlers } from "./methods/handlers.ts";
import type { MethodContext } from "./methods/method-context.ts";
import { createDispatch } from "./ws/dispatch.ts";
import type { GatewaySocket } from "./ws/gateway-socket.ts";
import { openSocket } from "./ws/open-socket.ts";
import { createWsLog } from "./ws/ws-log.ts";

/** The methods of a Gateway and the socket they are called through. Nobody is let in yet. */
export function openRpc(
  gateway: MethodContext,
  wsLog: { verbose: boolean; style: WsLogStyle } = { verbose: false, style: "auto" },
): GatewaySocket {
  const { plugins, paths, clock, log } = gateway;
  const handlers = createHandlers(gateway);
  const dispatch = createDispatch({
    handlers,
    pluginMethod: (name) => {
      const loading = plugins.ready();
      return loading ? loading.then((host) => host?.method(name)) : plugins.host?.method(name);
    },
    wsLog: createWsLog(log.child("ws"), wsLog),
    redact: gateway.redact,
    now: () => clock.now(),
  });
  return openSocket({
    ...gateway,
    handlers,
    pluginMethods: () => plugins.host?.registry.methods.map(({ name }) => name) ?? [],
    dispatch,
    configPath: paths.configPath,
  });
}
