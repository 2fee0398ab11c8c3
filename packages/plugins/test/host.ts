import path from "node:path";
import { systemTimers, type Timers } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import { discoverPlugins } from "../src/discovery.ts";
import { openPluginHost, type PluginHost } from "../src/index.ts";

export interface TestHost extends PluginHost {
  /** `level message` for each line of the log. */
  lines: string[];
}

/** Opens the plugins below `<home>/extensions`, and those a configuration names. */
export async function testHost(
  home: string,
  config: OpenClawConfig = {},
  options: { timers?: Timers; bundledDir?: string; coreMethods?: string[]; coreTools?: string[] } = {},
): Promise<TestHost> {
  const lines: string[] = [];
  const discovery = discoverPlugins({
    home,
    loadPaths: config.plugins?.load?.paths ?? [],
    extensionsDir: path.join(home, "extensions"),
    workspaceDir: path.join(home, "workspace"),
    bundledDir: options.bundledDir,
  });
  const host = await openPluginHost({
    discovery,
    config: () => config,
    workspaceDir: path.join(home, "workspace"),
    core: {
      hasMethod: (name) => (options.coreMethods ?? ["health"]).includes(name),
      hasTool: (name) => (options.coreTools ?? ["exec", "read"]).includes(name),
    },
    runtime: {
      version: "1.2.3",
      stateDir: home,
      env: { PATH: process.env.PATH },
      verbose: false,
      loadConfig: () => config,
      writeConfig: () => Promise.reject(new Error("not in this test")),
    },
    now: () => 1000,
    timers: options.timers ?? systemTimers,
    log: lineLog(lines),
  });
  return { ...host, lines };
}

/** A log that keeps its lines. */
export function lineLog(lines: string[]): Logger {
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const log: Logger = {
    fatal: at("fatal"),
    error: at("error"),
    warn: at("warn"),
    info: at("info"),
    debug: at("debug"),
    trace: at("trace"),
    child: () => log,
    isEnabled: () => true,
  };
  return log;
}

/** The record of a plugin. */
export function recordOf(host: PluginHost, id: string) {
  const record = host.registry.records.find((candidate) => candidate.id === id);
  if (!record) throw new Error(`no record of ${id}`);
  return record;
}
