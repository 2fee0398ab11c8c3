import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { keys, openChat } from "./chat-terminal.ts";

let gateway: TestGateway;
let sessions = 0;

beforeAll(async () => {
  gateway = await startTestGateway({
    config: {
      agents: {
        list: [
          { id: "main", default: true },
          { id: "work", identity: { name: "Worker" } },
        ],
      },
      models: {
        providers: {
          fake: {
            models: [{ id: "fake-1", name: "Fake", input: ["text", "image"], contextWindow: 128_000, maxTokens: 8192 }],
          },
        },
      },
    },
  });
});
afterAll(() => gateway.close());

/** A chat in a session nobody else uses. */
async function chat(more: Parameters<typeof openChat>[1] = {}) {
  const session = `s${++sessions}`;
  const terminal = openChat(gateway, { ...more, options: { session, ...more.options } });
  await terminal.until("gateway connected");
  return Object.assign(terminal, {
    session,
    key: `agent:main:${session}`,
    say: (text: string) => terminal.type(`${text}${keys.enter}`),
  });
}

it("shows header, session, connection, footer and an answer in Markdown at 80×24", async () => {
  await using terminal = await chat();
  gateway.model.enqueue({ words: ["#", "Title\n\n", "some", "**bold**", "words"] });
  terminal.say("hello there");
  await terminal.until("some bold words");
  await terminal.until("connected | idle");
  const screen = terminal.screen();
  expect(screen[0]).toBe(`openclaw tui - ${gateway.url} - agent main - session ${terminal.session}`);
  expect(screen).toContain(` session ${terminal.key}`);
  expect(screen.some((line) => line.startsWith("│ hello there"))).toBe(true);
  await terminal.until(/agent main \| session s\d+ \| fake\/fake-1 \| tokens \S+\/128k \(\d+%\)/);
});

it("shows the answer while it grows, and Esc aborts it", async () => {
  await using terminal = await chat();
  terminal.say("hold:200 something");
  await terminal.until("slow reply to something one two");
  await terminal.until(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] streaming • \d+s \| connected/);
  terminal.type(keys.escape);
  await terminal.until("run aborted");
  await gateway.model.lastRequest().aborted;
  await terminal.until("connected | idle");
});

it("says that nothing runs when nothing runs", async () => {
  await using terminal = await chat();
  terminal.say("/abort");
  await terminal.until("no active run");
});

it("lists its commands, completes their names, and sends those of the Gateway on", async () => {
  await using terminal = await chat();
  terminal.type("/activ");
  await terminal.until("when groups are answered");
  terminal.type(`${keys.tab}${keys.enter}`);
  await terminal.until("usage: /activation <mention|always>");
  terminal.say("/help");
  await terminal.until("/session <key>: switch to a session");
  const before = gateway.model.requests.length;
  terminal.say("/whoami ");
  await terminal.until("connected | idle");
  await terminal.until(/Channel: webchat/i);
  expect(gateway.model.requests.length).toBe(before);
});

it("switches sessions and refuses an agent that does not exist", async () => {
  await using terminal = await chat();
  terminal.say("in the first");
  await terminal.until("You said:");
  terminal.say("/session elsewhere");
  await terminal.until("session agent:main:elsewhere");
  await terminal.until((text) => !text.includes("in the first"));
  terminal.say(`/session ${terminal.session}`);
  await terminal.until("in the first");
  terminal.say("/agent nobody");
  await terminal.until('agent failed: unknown agent "nobody"; there are: main, work');
  terminal.type(keys.ctrl("p"));
  await terminal.until("Sessions (enter selects, esc closes)");
  terminal.type(`${terminal.session}${keys.enter}`);
  await terminal.until((text) => !text.includes("enter selects") && text.includes("in the first"));
});

it("sets the session's levels and model, and begins it anew", async () => {
  await using terminal = await chat();
  terminal.say("to be forgotten");
  await terminal.until("You said:");
  terminal.say("/think low");
  await terminal.until(/think failed|think set to low/);
  terminal.say("/verbose on");
  await terminal.until("| verbose on");
  terminal.say("/verbose loud");
  await terminal.until("verbose failed: ");
  terminal.type(keys.ctrl("l"));
  await terminal.until("Models (enter selects, esc closes)");
  terminal.type(`fake/fake-1${keys.enter}`);
  await terminal.until("model set to fake/fake-1");
  terminal.say("/reset");
  await terminal.until("session reset");
  expect(terminal.text()).not.toContain("to be forgotten");
});

it("comes back after the Gateway was away, with the message typed meanwhile sent once", async () => {
  await using terminal = await chat();
  terminal.say("before");
  await terminal.until("You said:");
  await gateway.stop();
  await terminal.until("gateway disconnected: ");
  const before = gateway.model.requests.length;
  terminal.say("while away");
  await terminal.until("the message goes out when the gateway is back");
  await gateway.start();
  await terminal.until("gateway reconnected");
  await terminal.until(/You said:[^│]*while away/);
  await terminal.until("connected | idle");
  expect(gateway.model.requests.length - before).toBe(1);
  await terminal.until((text) => text.split("│ while away").length === 2);
});

it("shows what another program says in the same session", async () => {
  await using terminal = await chat();
  const other = await gateway.connect();
  await other.request("chat.send", {
    sessionKey: terminal.key,
    message: "from elsewhere",
    idempotencyKey: "elsewhere-1",
  });
  await terminal.until("│ from elsewhere");
  await other.close();
});

it("runs nothing in the local shell before Yes, and nothing at all after No", async () => {
  const file = path.join(gateway.workspace, "touched");
  {
    await using terminal = await chat();
    terminal.say("!touch touched");
    await terminal.until("Allow local shell commands for this session?");
    expect(fs.existsSync(file)).toBe(false);
    terminal.type(keys.enter);
    await terminal.until("local shell: not enabled");
    terminal.say("!touch touched");
    await terminal.until((text) => text.split("local shell: not enabled").length === 3);
    expect(fs.existsSync(file)).toBe(false);
  }
  await using terminal = await chat();
  terminal.say("!touch touched; echo done; exit 3");
  await terminal.until("Allow local shell commands for this session?");
  expect(fs.existsSync(file)).toBe(false);
  terminal.type(keys.down);
  await terminal.until("→ Yes");
  terminal.type(keys.enter);
  await terminal.until((text) => text.split("\n").includes(" done"));
  expect(fs.existsSync(file)).toBe(true);
  // To the Gateway it is a command of the chat, which has its own switch.
  terminal.say(" !touch again");
  await terminal.until("bash is disabled");
  expect(fs.existsSync(path.join(gateway.workspace, "again"))).toBe(false);
});

it("clears the line at the first Ctrl+C, leaves at the second, and gives the terminal back", async () => {
  await using terminal = await chat();
  terminal.type("half a line");
  await terminal.until("half a line");
  expect(terminal.bracketsPastes()).toBe(true);
  terminal.type(keys.ctrl("c"));
  await terminal.until("press ctrl+c again to exit");
  expect(terminal.text()).not.toContain("half a line");
  terminal.type(keys.ctrl("c"));
  expect(await terminal.exited).toBe(0);
  expect(terminal.bracketsPastes()).toBe(false);
  expect(terminal.raw().lastIndexOf("\u001b[?25h")).toBeGreaterThan(terminal.raw().lastIndexOf("\u001b[?25l"));
});

it("leaves on Ctrl+D where nothing is typed", async () => {
  await using terminal = await chat();
  terminal.type(keys.ctrl("d"));
  expect(await terminal.exited).toBe(0);
});

it("writes several lines with Alt+Enter and finds them again with Up", async () => {
  await using terminal = await chat();
  terminal.type(`one${keys.altEnter}two`);
  await terminal.until(/ one\s*\n two/);
  terminal.type(keys.enter);
  await terminal.until("You said:");
  terminal.type(keys.up);
  await terminal.until(/─\s*\n one\s*\n two\s*\n─/);
});

it("sends an image whose path is pasted", async () => {
  const file = path.join(gateway.home, "a picture.png");
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  fs.writeFileSync(file, Buffer.from(png, "base64"));
  await using terminal = await chat();
  terminal.type(`\u001b[200~${file.replaceAll(" ", "\\ ")}\u001b[201~`);
  await terminal.until("[image 1: a picture.png]");
  terminal.say("look");
  await terminal.until("You said:");
  expect(JSON.stringify(gateway.model.lastRequest().body)).toContain(png);
});

it("shows a tool call as a card, short until Ctrl+O", async () => {
  await using terminal = await chat();
  terminal.say("/verbose full");
  await terminal.until("| verbose full");
  terminal.say('tool:exec {"command":"seq 40"}');
  await terminal.until("more lines (ctrl+o)");
  await terminal.until("tool said:");
  await terminal.until(/│ ✓ .*Exec.*seq 40/);
  expect(terminal.text()).not.toContain("│ 40\n");
  terminal.type(keys.ctrl("o"));
  await terminal.until("│ 40\n");
});

it("shows the model's thinking only when asked", async () => {
  await using terminal = await chat({ options: { message: "think:apples" } });
  await terminal.until("thought it through");
  expect(terminal.text()).not.toContain("thinking about apples");
  terminal.type(keys.ctrl("t"));
  await terminal.until("thinking: thinking about apples");
});

it("fits 40×12 without colours and follows a change of size", async () => {
  await using terminal = await chat({ columns: 40, rows: 12, options: { colors: 0 } });
  terminal.say("a line that is quite a bit longer than forty columns are wide");
  await terminal.until("You said:");
  await terminal.until("connected | idle");
  await terminal.until(/│ a line that is quite a bit longer {4}│\n│ than forty columns are wide/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
  expect(terminal.raw()).not.toMatch(/\u001b\[(?:[34]8;|[39][0-7]m)/);
  terminal.resize(80, 24);
  await terminal.until("│ a line that is quite a bit longer than forty columns are wide");
  terminal.resize(20, 8);
  await terminal.until((text) => text.includes("connected | idle") && !/^.{21}/m.test(text));
  terminal.say("still here");
  await terminal.until("│ still here");
});

it("lets nothing the model writes act on the terminal", async () => {
  await using terminal = await chat();
  gateway.model.enqueue({ words: ["clean\u001b]2;owned\u0007", "\u001b[2Jtext"] });
  terminal.say("go");
  await terminal.until("clean text");
  expect(terminal.titles).not.toContain("owned");
});

it("shows what the Gateway says of a failed run", async () => {
  await using terminal = await chat();
  terminal.say("status:400 ");
  await terminal.until("run error: ");
  await terminal.until("connected | idle");
});

it("completes agents, sessions, models and levels behind a command", async () => {
  await using terminal = await chat();
  const offers = async (typed: string, value: string) => {
    terminal.type(typed);
    await terminal.until(`→ ${value}`);
    // Closes the list, and then clears the line.
    terminal.type(keys.escape);
    await terminal.until((text) => !text.includes("→"));
    terminal.type(keys.ctrl("u"));
    await terminal.until((text) => !text.includes(typed));
  };
  await offers("/agent wo", "work");
  await offers("/model fa", "fake/fake-1");
  await offers("/reasoning s", "stream");
});

it("goes to another agent by its list, and changes settings that the next message obeys", async () => {
  await using terminal = await chat();
  terminal.type(keys.ctrl("g"));
  await terminal.until("Agents (enter selects, esc closes)");
  terminal.type(`work${keys.enter}`);
  await terminal.until("agent work (Worker)");
  terminal.say("/settings");
  await terminal.until(/Deliver answers\s+off/);
  terminal.type(`deliver${keys.enter}`);
  await terminal.until(/\| deliver/);
  terminal.say("/deliver off");
  await terminal.until("deliver off");
  terminal.say("/deliver maybe");
  await terminal.until("usage: /deliver <on|off>");
  await terminal.until((text) => !/\| deliver$/m.test(text));
  terminal.say("to work");
  await terminal.until("You said:");
});

it("gives the terminal back when it is told to end", async () => {
  await using terminal = await chat();
  expect(terminal.bracketsPastes()).toBe(true);
  terminal.signal("SIGTERM");
  expect(await terminal.exited).toBe(0);
  expect(terminal.bracketsPastes()).toBe(false);
  expect(terminal.raw().lastIndexOf("\u001b[?25h")).toBeGreaterThan(terminal.raw().lastIndexOf("\u001b[?25l"));
});

it("talks over protocol 3, as with a Gateway of a former release", async () => {
  await using terminal = await chat({ protocol: 3 });
  terminal.say("hello of old");
  await terminal.until(/You said:[^│]*hello of old/);
  await terminal.until("connected | idle");
});
