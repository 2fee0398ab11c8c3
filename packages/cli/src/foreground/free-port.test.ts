import { describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import type { ProcessAccess } from "./port-listeners.ts";

/** Processes that end after a number of signals, on a clock that only sleeping moves. */
function machine(options: { endsOn: "SIGTERM" | "SIGKILL" | "never" }) {
  let alive = true;
  let now = 0;
  const sent: string[] = [];
  const access: ProcessAccess = {
    listeners: () => (alive ? [{ pid: 77, command: "node server.js" }] : []),
    signal(_pid, signal) {
      sent.push(String(signal));
      if (signal === options.endsOn) alive = false;
      return true;
    },
    sleep: async (ms) => {
      now += ms;
    },
    now: () => now,
  };
  return { access, sent };
}

describe("freePort", () => {
  it("asks a process to end and waits for the port", async () => {
    const { access, sent } = machine({ endsOn: "SIGTERM" });
    expect(await freePort(18789, access, 1)).toEqual([
      "force: killed pid 77 (node server.js) on port 18789",
      "force: waited 0ms for port 18789 to free",
    ]);
    expect(sent).toEqual(["SIGTERM"]);
  });

  it("kills it after 700 ms", async () => {
    const { access, sent } = machine({ endsOn: "SIGKILL" });
    const lines = await freePort(18789, access, 1);
    expect(lines).toContain("force: escalated to SIGKILL for pid 77");
    expect(lines.at(-1)).toBe("force: waited 750ms for port 18789 to free");
    expect(sent).toEqual(["SIGTERM", "SIGKILL"]);
  });

  it("gives up after two seconds", async () => {
    const { access } = machine({ endsOn: "never" });
    await expect(freePort(18789, access, 1)).rejects.toThrow("Force: port 18789 is still in use by pid 77");
  });

  it("says so when nothing listens, and never ends this process", async () => {
    const { access, sent } = machine({ endsOn: "SIGTERM" });
    expect(await freePort(18789, access, 77)).toEqual(["force: no listeners on port 18789"]);
    expect(sent).toEqual([]);
  });
});
