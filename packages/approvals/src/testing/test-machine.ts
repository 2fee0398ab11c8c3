import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnalysisOptions, analyzeCommand, type CommandAnalysis } from "../command-analysis.ts";
import { defaultSafeBins } from "../programs/safe-bins.ts";

/** A folder of programs that do nothing, a working directory, and a PATH that knows nothing else. */
export interface TestMachine {
  bin: string;
  cwd: string;
  path(program: string): string;
  /** Analyses a command with these programs (names, paths or patterns) on the allowlist. */
  analyze(command: string, allowed: readonly string[], more?: Partial<AnalysisOptions>): CommandAnalysis;
  allows(command: string, allowed: readonly string[], more?: Partial<AnalysisOptions>): boolean;
  close(): void;
}

const usual =
  "ls cat rm date echo env nice nohup time timeout xargs sh bash dash zsh busybox sudo find git setsid stdbuf parallel " +
  "watch cd eval source hash test if then jq grep cut sort uniq head tail tr wc printf which";

export function createTestMachine(): TestMachine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-approvals-")));
  const bin = join(root, "bin");
  const cwd = join(root, "work");
  mkdirSync(bin);
  mkdirSync(cwd);
  for (const name of usual.split(" ")) {
    writeFileSync(join(bin, name), "#!/bin/sh\n");
    chmodSync(join(bin, name), 0o755);
  }
  symlinkSync(join(bin, "bash"), join(bin, "my-shell"));
  symlinkSync(join(bin, "busybox"), join(bin, "vi"));
  symlinkSync(bin, join(root, "other-bin"));
  writeFileSync(join(cwd, "notes"), "x");
  const machine: TestMachine = {
    bin,
    cwd,
    path: (program) => join(bin, program),
    analyze(command, allowed, more = {}) {
      return analyzeCommand(command, {
        cwd,
        env: { PATH: bin, HOME: root },
        platform: "linux",
        rules: {
          patterns: allowed.map((name) => (/[/~*]/.test(name) ? name : join(bin, name))),
          safeBins: defaultSafeBins,
        },
        ...more,
      });
    },
    allows: (command, allowed, more) => machine.analyze(command, allowed, more).satisfied,
    close: () => rmSync(root, { recursive: true, force: true }),
  };
  return machine;
}
