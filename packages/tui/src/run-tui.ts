import { randomUUID } from "node:crypto";
import { CombinedAutocompleteProvider, matchesKey, type SlashCommand, type Terminal } from "@earendil-works/pi-tui";
import type { GatewayClient, GatewayClientOptions } from "@openclaw/client";
import { type ConversationSettings, type ConversationStart, createConversation } from "./conversation.ts";
import { gatewayCommands, ownCommands } from "./gateway-commands.ts";
import { runInShell } from "./local-shell.ts";
import { pickerContent } from "./open-picker.ts";
import { type PastedImage, readPaste } from "./pasted-image.ts";
import { printableLine } from "./printable.ts";
import { readLine } from "./read-line.ts";
import { type PickerName, runSlashCommand } from "./run-slash-command.ts";
import { createScreen } from "./screen.ts";
import { createShellGate } from "./shell-gate.ts";
import { type ColorLevel, createTheme } from "./theme.ts";

/** What the chat wants to hear of its connection. */
export type ConnectionEvents = Pick<GatewayClientOptions, "onState" | "onGap">;

/** A connection the chat was given. */
export interface TuiConnection {
  readonly client: GatewayClient;
  /** For the header. */
  readonly url: string;
  close(): void;
}

/** Options of the terminal chat. */
export interface TuiOptions extends Partial<ConversationStart> {
  /** Connects to the Gateway, with these listeners; a failure ends the chat before the terminal was touched. */
  connect(events: ConnectionEvents): Promise<TuiConnection>;
  env: NodeJS.ProcessEnv;
  /** Where local commands run and relative paths begin. */
  cwd: string;
  home: string;
  colors?: ColorLevel;
  /** Answers also go to the session's channel. */
  deliver?: boolean;
  /** Default: the terminal of this process. */
  terminal?: Terminal;
  /** Ends the chat. */
  signal?: AbortSignal;
  now?: () => number;
}

/** Two presses of Ctrl+C within this time leave, ms. */
const leaveWithinMs = 1000;
const pasteStart = "\u001b[200~";
const pasteEnd = "\u001b[201~";

/** Runs the chat until the person leaves or `signal` aborts; then the terminal is as it was. @throws what `connect` throws */
export async function runTui(options: TuiOptions): Promise<void> {
  const { now = Date.now, env, cwd, home } = options;
  const events: Required<ConnectionEvents> = { onState() {}, onGap() {} };
  const connection = await options.connect({
    onState: (state) => events.onState(state),
    onGap: (expected, received) => events.onGap(expected, received),
  });
  const { client } = connection;
  const settings: ConversationSettings = { deliver: options.deliver ?? false, showThinking: false, expanded: false };
  const theme = createTheme(options.colors ?? 0);
  const screen = createScreen({
    theme,
    terminal: options.terminal,
    now,
    header: () => headerText(connection.url, conversation.facts()),
    facts: () => conversation.facts(),
    expanded: () => settings.expanded,
  });
  const { view, status, editor } = screen;
  const conversation = createConversation({
    client,
    view,
    status,
    settings,
    start: { ...options, session: options.session ?? "main", historyLimit: options.historyLimit ?? 200 },
    now,
    newRunId: randomUUID,
    redraw: screen.redraw,
  });

  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const images = new Map<string, PastedImage>();
  const world = { conversation, client, view, settings, open, leave: () => leave() };
  const gate = createShellGate(
    () =>
      new Promise((resolve) =>
        screen.pick(
          {
            title: "Allow local shell commands for this session?",
            items: [
              { value: "no", label: "No" },
              { value: "yes", label: "Yes" },
            ],
          },
          (answer) => resolve(answer === "yes"),
          () => resolve(false),
        ),
      ),
  );

  function report(work: Promise<unknown>, what: string): void {
    work
      .catch((error: unknown) =>
        view.addLine(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, "error"),
      )
      .finally(screen.redraw);
  }

  function open(name: PickerName): void {
    report(
      pickerContent(name, world).then((content) =>
        screen.pick(content, (value) => report(Promise.resolve(value).then(content.choose), name)),
      ),
      name,
    );
  }

  async function shell(command: string): Promise<void> {
    if (!(await gate.allowed())) return view.addLine("local shell: not enabled");
    view.addLine(`! ${command}`);
    screen.redraw();
    const { output, end } = await runInShell(command, { cwd, env, ...(options.signal && { signal: options.signal }) });
    if (output.trim() !== "") view.addLine(output.trimEnd());
    view.addLine(end);
  }

  function submit(raw: string): void {
    const line = readLine(raw);
    const attached = [...images].filter(([marker]) => raw.includes(marker));
    images.clear();
    if (line.kind === "nothing") return;
    editor.addToHistory(raw);
    switch (line.kind) {
      case "shell":
        return report(shell(line.command), "local shell");
      case "command":
        return report(
          runSlashCommand(line.name, line.argument, world).then((own) => {
            if (!own) conversation.send(raw.trim());
          }),
          line.name,
        );
      case "message": {
        const text = attached.reduce((rest, [marker]) => rest.replace(marker, ""), line.text).trim();
        return conversation.send(
          text,
          attached.map(([, image]) => image),
        );
      }
    }
  }

  // The editor trims what it hands over; whether a line begins with a space matters.
  let typed = "";
  editor.onChange = (text) => {
    if (text !== "") typed = text;
  };
  editor.onSubmit = (text) => submit(/^\s/.test(typed) ? ` ${text}` : text);

  async function paste(data: string, text: string): Promise<void> {
    const reading = await readPaste(text, { home, cwd });
    if (reading.kind === "text") return editor.handleInput(data);
    if (reading.kind === "refused") return view.addLine(reading.why, "error");
    const marker = `[image ${images.size + 1}: ${printableLine(reading.image.fileName)}]`;
    images.set(marker, reading.image);
    editor.insertTextAtCursor(`${marker} `);
  }

  let pressedAt = Number.NEGATIVE_INFINITY;
  function interrupt(): void {
    if (now() - pressedAt < leaveWithinMs) return leave();
    pressedAt = now();
    editor.setText("");
    images.clear();
    status.setHint("press ctrl+c again to exit");
    const timer = setTimeout(() => status.setHint(), leaveWithinMs);
    timer.unref();
  }

  const keys: readonly (readonly [key: Parameters<typeof matchesKey>[1], act: () => void])[] = [
    ["ctrl+l", () => open("models")],
    ["ctrl+g", () => open("agents")],
    ["ctrl+p", () => open("sessions")],
    ["alt+enter", () => editor.insertTextAtCursor("\n")],
    [
      "ctrl+o",
      () => {
        settings.expanded = !settings.expanded;
      },
    ],
    [
      "ctrl+t",
      () => {
        settings.showThinking = !settings.showThinking;
        status.setHint();
        report(conversation.reload(), "history");
      },
    ],
  ];
  const stopKeys = screen.onInput((data) => {
    if (matchesKey(data, "ctrl+c")) {
      interrupt();
      return { consume: true };
    }
    if (screen.picking) return undefined;
    if (data.startsWith(pasteStart) && data.endsWith(pasteEnd)) {
      report(paste(data, data.slice(pasteStart.length, -pasteEnd.length)), "paste");
      return { consume: true };
    }
    if (matchesKey(data, "ctrl+d") && editor.getText() === "") {
      leave();
      return { consume: true };
    }
    if (matchesKey(data, "escape")) {
      if (editor.isShowingAutocomplete() || !conversation.busy) return undefined;
      report(conversation.abort(), "abort");
      return { consume: true };
    }
    const key = keys.find(([name]) => matchesKey(data, name));
    if (!key) return undefined;
    key[1]();
    screen.redraw();
    return { consume: true };
  });

  const offered = ownCommands(async (list) => (await pickerContent(list, world)).items);
  const complete = (more: readonly SlashCommand[]) =>
    editor.setAutocompleteProvider(new CombinedAutocompleteProvider([...offered, ...more], cwd));
  complete([]);

  options.signal?.addEventListener("abort", leave, { once: true });
  if (options.signal?.aborted) leave();
  screen.start();
  try {
    events.onState = conversation.onState;
    events.onGap = conversation.onGap;
    conversation.onState(client.state);
    report(gatewayCommands(client).then(complete), "commands");
    await left;
  } finally {
    stopKeys();
    conversation.close();
    connection.close();
    await screen.stop();
  }
}

function headerText(url: string, { agent, session }: { agent: { id: string }; session: { key: string } }): string {
  return `openclaw tui - ${url} - agent ${agent.id} - session ${session.key}`;
}
