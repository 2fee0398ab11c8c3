import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type ConfigSnapshot,
  type ConfigStore,
  loadConfig,
  openConfigStore,
  type PluginManifest,
} from "@openclaw/config";
import { type Paths, resolvePaths } from "@openclaw/config/paths";
import { onTestFinished } from "vitest";

/** A home directory with a state directory of its own; gone when its test has finished. */
export interface TemporaryInstallation {
  home: string;
  env: NodeJS.ProcessEnv;
  paths: Paths;
  /** Writes a file, 0600 unless a mode is given; relative to the state directory. */
  write(file: string, text: string, mode?: number): string;
  /** Writes the configuration file. */
  configure(config: unknown): void;
  config(): Promise<ConfigSnapshot>;
  store(manifests?: readonly PluginManifest[]): Promise<ConfigStore>;
}

export function temporaryInstallation(more: NodeJS.ProcessEnv = {}): TemporaryInstallation {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), "openclaw-setup-")));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env: NodeJS.ProcessEnv = { HOME: home, PATH: process.env.PATH, ...more };
  const paths = resolvePaths(env);
  mkdirSync(paths.stateDir, { mode: 0o700, recursive: true });
  const write = (file: string, text: string, mode = 0o600) => {
    const target = path.resolve(paths.stateDir, file);
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    writeFileSync(target, text);
    chmodSync(target, mode);
    return target;
  };
  return {
    home,
    env,
    paths,
    write,
    configure: (config) => void write(paths.configPath, JSON.stringify(config)),
    config: () => loadConfig({ paths, env, manifests: [] }),
    async store(manifests = []) {
      const store = await openConfigStore({ paths, env, manifests });
      onTestFinished(() => store.close());
      return store;
    },
  };
}
