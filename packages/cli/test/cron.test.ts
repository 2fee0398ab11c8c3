import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
let gateway: TestGateway;
beforeAll(async () => {
  home = temporaryHome();
  gateway = await startTestGateway();
});
afterAll(async () => {
  await gateway.close();
  home[Symbol.dispose]();
});

const there = () => ["--url", gateway.url, "--token", testToken];
const run = (...argv: string[]) => home.run([...argv, ...there()]);
async function json(...argv: string[]) {
  const { code, stdout, stderr } = await run(...argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("cron add", () => {
  const refused = async (...argv: string[]) => {
    const { code, stderr } = await run("cron", "add", ...argv);
    expect(code).toBe(1);
    return stderr.trim();
  };

  it("says what is wrong with its flags, in the documented order", async () => {
    const job = ["--name", "x"];
    const soon = ["--at", "20m"];
    expect(await refused("--at", "20m", "--every", "1h", ...job, "--message", "y")).toBe(
      "Choose exactly one schedule: --at, --every, or --cron",
    );
    expect(await refused(...job, "--at", "soon")).toBe("Invalid --at; use ISO time or duration like 20m");
    expect(await refused(...job, "--every", "10")).toBe("Invalid --every; use e.g. 10m, 1h, 1d");
    expect(await refused(...job, "--every", "0m")).toBe("Invalid --every; use e.g. 10m, 1h, 1d");
    expect(await refused(...job, ...soon, "--wake", "later")).toBe("--wake must be now or next-heartbeat");
    expect(await refused(...job, ...soon, "--announce", "--no-deliver")).toBe(
      "Choose at most one of --announce or --no-deliver",
    );
    expect(await refused(...job, ...soon)).toBe("Choose exactly one payload: --system-event or --message");
    expect(await refused(...job, ...soon, "--message", "y", "--session", "side")).toBe(
      "--session must be main or isolated",
    );
    const both = ["--delete-after-run", "--keep-after-run"];
    expect(await refused(...job, ...soon, "--message", "y", ...both)).toBe(
      "Choose --delete-after-run or --keep-after-run, not both",
    );
    expect(await refused(...job, ...soon, "--message", "y", "--session", "main")).toBe(
      "Main jobs require --system-event (systemEvent).",
    );
    expect(await refused(...job, ...soon, "--system-event", "y", "--session", "isolated")).toBe(
      "Isolated jobs require --message (agentTurn).",
    );
    expect(await refused(...job, ...soon, "--system-event", "y", "--announce")).toBe(
      "--announce/--no-deliver require --session isolated.",
    );
    expect(await refused("--name", " ", ...soon, "--message", "y")).toBe("--name is required");
    expect(await refused(...job, "--every", "1h", "--tz", "UTC", "--message", "y")).toBe("--tz requires --cron");
    expect(await refused(...soon, "--message", "y")).toContain("--name");
  });

  it("creates a job with all that was asked for", async () => {
    const job = await json(
      ...["cron", "add", "--name", "News", "--cron", "0 7 * * *", "--tz", "Europe/Paris", "--message", "What is new?"],
      ...[
        "--thinking",
        "low",
        "--timeout-seconds",
        "60",
        "--channel",
        "telegram",
        "--to",
        "7",
        "--wake",
        "next-heartbeat",
      ],
      ...["--best-effort-deliver", "--description", "Each morning", "--agent", "main", "--disabled"],
    );
    expect(job).toMatchObject({
      name: "News",
      description: "Each morning",
      agentId: "main",
      enabled: false,
      schedule: { kind: "cron", expr: "0 7 * * *", tz: "Europe/Paris" },
      sessionTarget: "isolated",
      wakeMode: "next-heartbeat",
      payload: { kind: "agentTurn", message: "What is new?", thinking: "low", timeoutSeconds: 60 },
      delivery: { mode: "announce", channel: "telegram", to: "7", bestEffort: true },
    });
    expect(await json("cron", "rm", job.id)).toEqual({ ok: true, removed: true });
    expect(await json("cron", "remove", job.id)).toEqual({ ok: true, removed: false });
  });
});

describe("jobs", () => {
  it("are listed, changed, switched, run and looked back on", async () => {
    expect((await run("cron", "list")).stdout).toBe("No cron jobs.\n");
    const tea = await json(
      "cron",
      "create",
      "--name",
      "Tea",
      "--at",
      "20m",
      "--system-event",
      "Tea",
      "--keep-after-run",
    );
    const long = "A digest of everything that has happened";
    const digest = await json("cron", "add", "--name", long, "--every", "90m", "--message", "Look", "--no-deliver");

    const { stdout } = await run("cron", "list");
    const [head, ...rows] = stdout.trimEnd().split("\n");
    expect(head).toMatch(/^ID {35}Name {21}Schedule {25}Next {7}Last {7}Status {4}Target {4}Agent$/);
    expect(rows[0]).toContain(`${tea.id} Tea`);
    expect(rows[0]).toMatch(/at \d{4}-\d\d-\d\d \d\d:\d\dZ +in (?:19|20)m +- +idle +main +default$/);
    expect(rows[1]).toMatch(/A digest of everythin\.{3} every 90m +in 1h +- +idle +isolated +default$/);

    expect(await json("cron", "disable", digest.id)).toMatchObject({ enabled: false });
    expect((await json("cron", "list", "--json")).jobs).toHaveLength(1);
    expect((await json("cron", "list", "--all", "--json")).jobs).toHaveLength(2);
    expect((await run("cron", "list", "--all")).stdout).toMatch(/ disabled +isolated/);
    expect(await json("cron", "enable", digest.id)).toMatchObject({ enabled: true });

    const edited = await json("cron", "edit", digest.id, "--name", "Digest", "--to", "7", "--cron", "0 7 * * *");
    expect(edited).toMatchObject({
      name: "Digest",
      schedule: { kind: "cron", expr: "0 7 * * *" },
      payload: { message: "Look" },
      delivery: { mode: "announce", to: "7" },
    });
    expect(await json("cron", "edit", digest.id, "--no-deliver")).toMatchObject({ delivery: { mode: "none" } });

    expect(await json("cron", "run", digest.id, "--due")).toEqual({ ok: true, ran: false, reason: "not-due" });
    expect(await json("cron", "run", digest.id)).toEqual({ ok: true, ran: true });
    expect(await json("cron", "run", digest.id, "--force")).toEqual({ ok: true, ran: true });
    expect((await json("cron", "runs", "--id", digest.id)).entries).toHaveLength(2);
    expect((await json("cron", "runs", "--id", digest.id, "--limit", "1")).entries).toHaveLength(1);
    expect((await json("cron", "runs", "--id", digest.id, "--limit", "none")).entries).toHaveLength(2);
    expect(await json("cron", "status")).toMatchObject({ enabled: true, jobs: 2, nextWakeAtMs: expect.any(Number) });
  });

  it("cannot be changed into what makes no sense", async () => {
    const refused = async (...argv: string[]) => (await run("cron", "edit", "x", ...argv)).stderr.trim();
    expect(await refused("--session", "main", "--message", "y")).toBe(
      "Main jobs cannot use --message; use --system-event or --session isolated.",
    );
    expect(await refused("--session", "isolated", "--system-event", "y")).toBe(
      "Isolated jobs cannot use --system-event; use --message or --session main.",
    );
    expect(await refused("--announce", "--no-deliver")).toBe("Choose --announce or --no-deliver (not multiple).");
    expect(await refused("--enable", "--disable")).toBe("Choose --enable or --disable, not both");
    expect(await refused("--agent", "a", "--clear-agent")).toBe("Use --agent or --clear-agent, not both");
    expect(await refused("--at", "1h", "--every", "1h")).toBe("Choose at most one schedule change");
    expect(await refused("--at", "soon")).toBe("Invalid --at");
    expect(await refused("--every", "x")).toBe("Invalid --every");
    expect(await refused("--system-event", "a", "--message", "b")).toBe("Choose at most one payload change");
    expect(await refused("--tz", "UTC")).toBe("--tz requires --cron");
    expect(await refused("--name", "y")).toContain("unknown cron job id: x");
  });
});

it("a job saved while the scheduler is off is saved, and its user is told that nothing runs it", async () => {
  await using off = await startTestGateway({ config: { cron: { enabled: false } } });
  const { code, stdout, stderr } = await home.run([
    "cron",
    "add",
    "--name",
    "x",
    "--every",
    "1h",
    "--message",
    "y",
    "--url",
    off.url,
    "--token",
    testToken,
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: "x" });
  expect(stderr).toMatch(/scheduler is disabled[\s\S]*cron\.enabled: true[\s\S]*store: .*jobs\.json/);
});

describe("system", () => {
  it("tells the main session something, and says what it does not understand", async () => {
    expect((await run("system", "event", "--text", "Parcel")).stdout).toBe("ok\n");
    expect((await run("system", "event")).stderr).toBe("--text is required\n");
    expect((await run("system", "event", "--text", "x", "--mode", "later")).stderr).toBe(
      "--mode must be now or next-heartbeat\n",
    );
  });

  it("switches heartbeats and shows the last one and who is there", async () => {
    expect(await json("system", "heartbeat", "disable")).toEqual({ ok: true, enabled: false });
    expect(await json("system", "heartbeat", "enable")).toEqual({ ok: true, enabled: true });
    expect(await json("system", "heartbeat", "last")).toBeNull();
    expect(await json("system", "presence")).toEqual(
      expect.arrayContaining([expect.objectContaining({ mode: "gateway" })]),
    );
  });
});
