import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLog } from "@openclaw/log";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manualTime } from "../testing/manual-time.ts";
import { type GmailSettings, gmailSettings } from "./gmail-settings.ts";
import { GmailSetupError, setUpGmail } from "./gmail-setup.ts";
import { createGmailWatcher, type Programs } from "./gmail-watcher.ts";

const config = {
  hooks: {
    enabled: true,
    token: "hook-secret",
    gmail: { account: "me@example.com", topic: "projects/p/topics/t", pushToken: "push-secret" },
  },
};

/** Programs that note what they are asked and end when a test says so. */
function fakePrograms(answers: (argv: readonly string[]) => { code?: number; stdout?: string } = () => ({})) {
  const calls: string[] = [];
  const running: { argv: readonly string[]; say(line: string): void; end(code: number): void; signals: string[] }[] =
    [];
  const programs: Programs = {
    async run(argv) {
      calls.push(argv.join(" "));
      const { code = 0, stdout = "" } = answers(argv);
      return { code, stdout, stderr: code === 0 ? "" : `it failed with push-secret` };
    },
    start(argv, say) {
      calls.push(argv.join(" "));
      const signals: string[] = [];
      let end: (code: number) => void = () => {};
      const ended = new Promise<{ code: number | null }>((resolve) => {
        end = (code) => resolve({ code });
      });
      running.push({ argv, say, end, signals });
      return { ended, kill: (signal) => void signals.push(signal) };
    },
  };
  return { calls, running, programs };
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "gmail-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const settle = async () => {
  for (let i = 0; i < 30; i += 1) await Promise.resolve();
};

function watching(settings: Partial<GmailSettings> = {}, fake = fakePrograms()) {
  const found = gmailSettings(config, 18_789);
  if ("problem" in found) throw new Error(found.problem);
  const time = manualTime(0, settle);
  const file = path.join(dir, "log");
  const log = createLog({ file, level: "trace", console: false });
  const watcher = createGmailWatcher({
    settings: { ...found, ...settings },
    programs: fake.programs,
    timers: time,
    log,
  });
  const logged = async () => {
    await log.close();
    return readFileSync(file, "utf8");
  };
  return { ...fake, time, watcher, logged };
}

describe("the watcher", () => {
  test("starts the watch, then keeps the program running, and keeps its secrets out of the log", async () => {
    const { calls, running, time, watcher, logged } = watching();
    await watcher.start();
    expect(calls).toEqual([
      "gog gmail watch start --account me@example.com --label INBOX --topic projects/p/topics/t",
      "gog gmail watch serve --account me@example.com --bind 127.0.0.1 --port 8788 --path /gmail-pubsub --token push-secret --hook-url http://127.0.0.1:18789/hooks/gmail --hook-token hook-secret --include-body --max-bytes 20000",
    ]);
    running[0]?.say("listening with hook-secret");
    running[0]?.end(1);
    await time.pass(4_900);
    expect(running).toHaveLength(1);
    await time.pass(200);
    expect(running).toHaveLength(2);

    const stopping = watcher.stop();
    await time.pass(2_900);
    expect(running[1]?.signals).toEqual(["SIGTERM"]);
    await time.pass(200);
    expect(running[1]?.signals).toEqual(["SIGTERM", "SIGKILL"]);
    running[1]?.end(0);
    await stopping;
    await time.pass(24 * 60 * 60_000);
    expect(running).toHaveLength(2);
    const text = await logged();
    expect(text).toContain("listening with ***");
    expect(text).not.toMatch(/hook-secret|push-secret/);
  });

  test("renews the watch, also after it could not be started", async () => {
    let fails = true;
    const fake = fakePrograms((argv) => ({ code: argv.includes("start") && fails ? 1 : 0 }));
    const { calls, time, watcher, logged } = watching({ renewEveryMinutes: 60 }, fake);
    await watcher.start();
    fails = false;
    await time.pass(3 * 60 * 60_000 + 1_000);
    expect(calls.filter((call) => call.includes("watch start"))).toHaveLength(4);
    expect(calls.filter((call) => call.includes("watch serve"))).toHaveLength(1);
    fake.running[0]?.end(0);
    await watcher.stop();
    expect(await logged()).toMatch(/the watch could not be started.*it failed with \*\*\*/);
  });

  test("stays stopped when its address is in use, and says so once", async () => {
    const { running, time, watcher, logged } = watching();
    await watcher.start();
    running[0]?.say("Error: listen tcp 127.0.0.1:8788: bind: address already in use");
    running[0]?.end(1);
    await time.pass(60_000);
    expect(running).toHaveLength(1);
    await watcher.stop();
    expect((await logged()).match(/is in use by another program/g)).toHaveLength(1);
  });

  test("publishes its endpoint through Tailscale first", async () => {
    const found = gmailSettings(
      { hooks: { ...config.hooks, gmail: { ...config.hooks.gmail, tailscale: { mode: "funnel" } } } },
      1,
    );
    if ("problem" in found) throw new Error(found.problem);
    expect(found.serve.path).toBe("/");
    const { calls, running, watcher } = watching(found);
    await watcher.start();
    expect(calls[0]).toBe("tailscale funnel --bg --set-path /gmail-pubsub --yes 8788");
    running[0]?.end(0);
    await watcher.stop();
  });
});

test("the settings say what is missing", () => {
  const problem = (hooks: object) => Reflect.get(gmailSettings({ hooks }, 1), "problem");
  expect(problem({ gmail: {} })).toBe("hooks.token missing (needed for gmail hook)");
  expect(problem({ token: "t", gmail: {} })).toBe("gmail account required");
  expect(problem({ token: "t", gmail: { account: "a" } })).toBe("gmail topic required");
  expect(problem({ token: "t", gmail: { account: "a", topic: "t" } })).toBe("gmail push token required");
});

describe("the setup", () => {
  const setUp = (given: object, fake: ReturnType<typeof fakePrograms>, has: (name: string) => boolean = () => true) =>
    setUpGmail({
      config: {},
      gatewayPort: 18_789,
      given: { account: "me@example.com", ...given },
      programs: fake.programs,
      hasBinary: has,
      print: () => {},
    });
  const google = (argv: readonly string[]) => {
    const line = argv.join(" ");
    if (line.startsWith("gcloud auth list")) return { stdout: "me@example.com" };
    if (line.startsWith("tailscale status")) return { stdout: '{"Self":{"DNSName":"host.tail.ts.net."}}' };
    if (line.includes("describe")) return { code: 1 };
    return {};
  };

  test("creates what is missing, in order, and gives the configuration to be merged", async () => {
    const fake = fakePrograms(google);
    const { patch, pushEndpoint, settings } = await setUp({ project: "p1" }, fake);
    expect(fake.calls.map((call) => call.split(" --")[0])).toEqual([
      "gcloud auth list",
      "gcloud services enable gmail.googleapis.com pubsub.googleapis.com",
      "gcloud pubsub topics describe gog-gmail-watch",
      "gcloud pubsub topics create gog-gmail-watch",
      "gcloud pubsub topics add-iam-policy-binding gog-gmail-watch",
      "tailscale status",
      "tailscale funnel",
      "gcloud pubsub subscriptions describe gog-gmail-watch-push",
      "gcloud pubsub subscriptions create gog-gmail-watch-push",
      "gog gmail watch start",
    ]);
    expect(pushEndpoint).toBe(`https://host.tail.ts.net/gmail-pubsub?token=${settings.pushToken}`);
    expect(settings.hookToken).toMatch(/^[0-9a-f]{48}$/);
    expect(patch).toMatchObject({
      hooks: {
        enabled: true,
        token: settings.hookToken,
        presets: ["gmail"],
        gmail: {
          account: "me@example.com",
          topic: "projects/p1/topics/gog-gmail-watch",
          tailscale: { mode: "funnel" },
        },
      },
    });
  });

  test("takes the project from the topic or from gog, and changes a subscription that is there", async () => {
    const fake = fakePrograms((argv) => ({ ...google(argv), ...(argv.includes("describe") ? { code: 0 } : {}) }));
    const { project } = await setUp(
      { topic: "projects/p2/topics/mine", tailscale: "off", pushEndpoint: "https://x.example/push" },
      fake,
    );
    expect(project).toBe("p2");
    expect(fake.calls.some((call) => call.startsWith("gcloud pubsub subscriptions update"))).toBe(true);
    const own = fakePrograms((argv) =>
      argv[0] === "gog" && argv[1] === "auth" ? { stdout: '{"project_id":"p3"}' } : google(argv),
    );
    expect((await setUp({}, own)).project).toBe("p3");
  });

  test("says what is missing", async () => {
    const refusal = (given: object, has?: (name: string) => boolean) =>
      setUp(given, fakePrograms(google), has).catch((error: unknown) =>
        error instanceof GmailSetupError ? error.message : error,
      );
    expect(await refusal({}, (name) => name !== "gog")).toBe("gog not installed; install it and retry");
    expect(await refusal({})).toBe("GCP project id required (use --project or ensure gog credentials are available)");
    expect(await refusal({ project: "p", tailscale: "off" })).toBe("push endpoint required (set --push-endpoint)");
  });
});
