import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSessions, type Sessions } from "@openclaw/sessions";
import type { RuntimeConfig } from "../run/runtime-config.ts";

export interface TempSessions {
  dir: string;
  sessions: Sessions;
  /** Makes a session whose transcript holds these messages of its user. */
  write(key: string, ...texts: string[]): void;
  close(): Promise<void>;
}

/** Sessions in a directory that goes with the test. */
export function createTempSessions(config: RuntimeConfig = {}): TempSessions {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-calls-")));
  const agents = { list: (config.agents?.list ?? []).map(({ id }) => ({ id })) };
  const sessions = openSessions({ stateDir: dir, config: () => ({ agents }) });
  return {
    dir,
    sessions,
    write(key, ...texts) {
      sessions.ensure(key);
      for (const text of texts) {
        const content = [{ type: "text" as const, text }];
        sessions.transcript(key).appendMessage({ role: "user", content, timestamp: 1 });
      }
    },
    async close() {
      await sessions.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
