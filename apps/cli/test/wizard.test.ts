import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openRawClient } from "../../../packages/gateway/src/testing/raw-client.ts";
import { freePort, programHome } from "./program-home.ts";

interface Step {
  id: string;
  type: string;
  title?: string;
  message?: string;
  initialValue?: unknown;
  options?: { value: string }[];
  sensitive?: boolean;
}
interface Progress {
  sessionId?: string;
  done: boolean;
  status: string;
  error?: string;
  step?: Step;
}

const listening = /listening on ws:\/\/127\.0\.0\.1:(\d+) /;

/** What a person in front of a client answers; what is not here as it was suggested. */
function answerTo(step: Step): unknown {
  const given: Readonly<Record<string, unknown>> = {
    "I understand this is powerful and inherently risky. Continue?": true,
    "Onboarding mode": "quickstart",
    "Model/auth provider": "xai",
    "Enter xAI API key": "key-of-a-test",
    "Default model": "__keep__",
    "Select channel (QuickStart)": "__skip__",
    "Configure skills now? (recommended)": false,
    "Write this?": true,
    "How do you want to hatch your bot?": "tui",
  };
  if (step.type === "note") return undefined;
  if (step.message !== undefined && Object.hasOwn(given, step.message)) return given[step.message];
  return step.initialValue ?? (step.type === "multiselect" ? [] : step.options?.[0]?.value);
}

test("a client sets a Gateway up with the same steps, and the session lives through what it writes", async () => {
  const home = programHome();
  const port = await freePort();
  const bin = path.join(home.home, "bin");
  try {
    // No service manager: the Gateway that asks is the one that is set up.
    mkdirSync(bin);
    writeFileSync(path.join(bin, "systemctl"), "#!/bin/sh\necho 'No medium found' >&2; exit 1\n");
    chmodSync(path.join(bin, "systemctl"), 0o755);
    const usual = home.gatewayConfig(port);
    const { token } = usual.gateway.auth;
    home.writeConfig({ ...usual, agents: { defaults: { skipBootstrap: false } } });
    const before = readFileSync(home.configPath, "utf8");
    const gateway = home.start(["gateway"], { PATH: bin, OPENCLAW_GATEWAY_PORT: String(port) });
    await gateway.output(listening);
    const client = openRawClient(`ws://127.0.0.1:${port}`, { token });
    await client.connect({ scopes: ["operator.admin"] });
    const ask = async (method: string, params: object): Promise<Progress> => {
      const answer = await client.request(method, params);
      if (!answer.ok) throw new Error(answer.error?.message);
      return JSON.parse(JSON.stringify(answer.payload));
    };
    const shown: Step[] = [];
    let progress = await ask("wizard.start", { mode: "local" });
    const { sessionId } = progress;
    while (!progress.done) {
      const { step } = progress;
      if (step === undefined) throw new Error(JSON.stringify(progress));
      shown.push(step);
      if (step.message === "Write this?") expect(readFileSync(home.configPath, "utf8")).toBe(before);
      progress = await ask("wizard.next", { sessionId, answer: { stepId: step.id, value: answerTo(step) } });
      expect(progress.error).toBeUndefined();
    }
    expect(progress).toMatchObject({ done: true, status: "done" });
    const note = (title: string) => shown.find((step) => step.title === title)?.message;
    expect(shown[0]).toMatchObject({ type: "note", title: "OpenClaw onboarding", message: "" });
    expect(shown.find(({ message }) => message === "Enter xAI API key")?.sensitive).toBe(true);
    expect(note("Summary")).toContain("Credential: xai:default");
    expect(note("Start TUI")).toBe('Run this in a terminal: openclaw tui --message "Wake up, my friend!"');
    expect(shown.at(-1)).toMatchObject({ type: "note", title: "Done" });
    expect(JSON.stringify(shown)).not.toContain("key-of-a-test");
    expect(JSON.parse(readFileSync(home.configPath, "utf8"))).toMatchObject({
      gateway: { port, auth: { token } },
      agents: { defaults: { model: { primary: "xai/grok-4" } } },
      wizard: { lastRunCommand: "onboard", lastRunMode: "local" },
    });
    expect(existsSync(path.join(home.stateDir, "agents/main/agent/auth-profiles.json"))).toBe(true);
    client.socket.close();
    gateway.kill("SIGTERM");
    const { stdout } = await gateway.finished;
    expect(stdout).not.toContain("key-of-a-test");
  } finally {
    await home.close();
  }
}, 60_000);
