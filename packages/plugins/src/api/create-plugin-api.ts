import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { expandTilde } from "@openclaw/config/paths";
import type { PluginApi, PluginLogger, PluginRuntime } from "@openclaw/plugin-sdk";
import type { PluginRecord } from "../registry/plugin-record.ts";
import type { PluginDraft } from "./plugin-draft.ts";
import { registerChannel } from "./register-channel.ts";
import { registerCommand } from "./register-command.ts";
import { registerBusHook, registerTypedHook } from "./register-hooks.ts";
import { readRoute } from "./register-http.ts";
import { registerTool } from "./register-tool.ts";

export interface PluginApiOptions {
  record: PluginRecord;
  draft: PluginDraft;
  config: Readonly<Record<string, unknown>>;
  pluginConfig: Record<string, unknown> | undefined;
  runtime: PluginRuntime;
  logger: PluginLogger;
}

/** The object a plugin's `register` gets. `seal` ends the time in which it can register. */
export function createPluginApi(options: PluginApiOptions): { api: PluginApi; seal(): void } {
  const { record, draft, config, pluginConfig, runtime, logger } = options;
  const { own, pluginId } = draft;
  let sealed = false;

  /** Lets a registration through as long as `register` runs. */
  const open =
    <A extends unknown[]>(kind: string, nameOf: (args: NoInfer<A>) => unknown, work: (...args: A) => void) =>
    (...args: A): void => {
      if (!sealed) return work(...args);
      draft.warn(`registration after load ignored: ${kind} ${String(nameOf(args) ?? "")}`.trimEnd());
    };

  const api: PluginApi = {
    id: record.id,
    name: record.name,
    version: record.version,
    description: record.description,
    source: record.source,
    config,
    pluginConfig,
    runtime,
    logger,
    registerTool: open(
      "tool",
      ([tool, toolOptions]) => (typeof tool === "function" ? toolOptions?.name : tool.name),
      (tool, toolOptions) => registerTool(draft, tool, toolOptions),
    ),
    on(name, handler, hookOptions) {
      open(
        "hook",
        () => name,
        () => registerTypedHook(draft, name, handler, hookOptions),
      )();
    },
    registerHook: open(
      "hook",
      ([_events, _handler, hookOptions]) => hookOptions?.name,
      (events, handler, hookOptions) => registerBusHook(draft, events, handler, hookOptions),
    ),
    registerGatewayMethod: open(
      "gateway method",
      ([name]) => name,
      (given, handler, methodOptions) => {
        const name = given.trim();
        if (name === "") return;
        if (draft.core.hasMethod(name) || draft.find("methods", (other) => other.name === name)) {
          return draft.fail(`gateway method already registered: ${name}`);
        }
        own.methods.push({ pluginId, name, handler, scope: methodOptions?.scope ?? "operator.admin" });
      },
    ),
    registerHttpRoute: open(
      "http route",
      ([route]) => route.path,
      (given) => {
        const route = readRoute(draft, given);
        if (route) own.routes.push(route);
      },
    ),
    registerHttpHandler: open(
      "http handler",
      () => undefined,
      (handler) => void own.httpHandlers.push({ pluginId, handler }),
    ),
    registerProvider: open(
      "provider",
      ([provider]) => provider.id,
      (provider) => {
        const id = typeof provider.id === "string" ? provider.id.trim() : "";
        if (id === "") return draft.fail("provider registration missing id");
        const other = draft.find("providers", (registered) => registered.provider.id === id);
        if (other) return draft.fail(`provider already registered: ${id} (${other.pluginId})`);
        own.providers.push({ pluginId, provider: { ...provider, id } });
      },
    ),
    registerCommand: open(
      "command",
      ([command]) => command.name,
      (command) => registerCommand(draft, command),
    ),
    registerCli: open(
      "cli",
      ([_registrar, cliOptions]) => cliOptions?.commands?.join(","),
      (registrar, cliOptions) => void own.clis.push({ pluginId, registrar, options: cliOptions ?? {} }),
    ),
    registerService: open(
      "service",
      ([service]) => service.id,
      (service) => {
        const id = typeof service.id === "string" ? service.id.trim() : "";
        if (id === "") return draft.fail("service registration missing id");
        own.services.push({ pluginId, service });
      },
    ),
    registerChannel: open(
      "channel",
      ([channel]) => ("id" in channel ? channel.id : undefined),
      (channel) => registerChannel(draft, channel),
    ),
    resolvePath: (path) => resolve(dirname(record.source), expandTilde(path, homedir())),
  };
  return {
    api,
    seal() {
      sealed = true;
    },
  };
}
