import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type Paths, resolvePaths } from "../paths.ts";

/** An empty home directory that goes with its test. */
export interface TemporaryHome {
  home: string;
  env: NodeJS.ProcessEnv;
  paths: Paths;
  /** Writes a file; relative to the state directory. */
  write(file: string, text: string, mode?: number): string;
  read(file: string): string;
}

export function temporaryHome(): TemporaryHome {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "openclaw-config-")));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env: NodeJS.ProcessEnv = { HOME: home, PATH: process.env.PATH };
  const paths = resolvePaths(env);
  return {
    home,
    env,
    paths,
    write: (file, text, mode) => {
      const target = path.resolve(paths.stateDir, file);
      mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
      writeFileSync(target, text);
      if (mode !== undefined) chmodSync(target, mode);
      return target;
    },
    read: (file) => readFileSync(path.resolve(paths.stateDir, file), "utf8"),
  };
}
