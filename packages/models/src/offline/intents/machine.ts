import type { Intent } from "../turn.ts";
import { call, say } from "../turn.ts";
import { sentence } from "../words.ts";
import { fenced, notOffered } from "../workspace-calls.ts";
import { assistantName } from "./talk.ts";

export const runCommand: Intent = {
  name: "run a command",
  examples: ["run uname -a", "run the command `date`"],
  patterns: [
    /^\s*(?:run|execute|exec)\s+(?:(?:the|this|a)\s+)?(?:(?:shell\s+)?command\s*:?\s+)?(?<command>.+)$/is,
    /^\s*\$\s+(?<command>.+)$/s,
  ],
  plan(slots, turn) {
    const command = slots.command ?? "";
    if (!turn.tools.has("exec")) return say(notOffered("run commands"));
    const outcome = turn.rounds[0]?.[0];
    if (!outcome) return call({ tool: "exec", input: { command } });
    const output = (outcome.error ?? outcome.text).trim();
    if (outcome.error !== undefined)
      return say(`\`${command}\` did not succeed:\n\n${fenced(output || "(no output)")}`);
    return say(
      output === "" || output === "(no output)"
        ? `Done: \`${command}\` printed nothing.`
        : `\`${command}\`:\n\n${fenced(output)}`,
    );
  },
};

export const status: Intent = {
  name: "status",
  examples: ["status"],
  patterns: [
    sentence("(?:(?:what(?:'s| is)|show(?: me)?|give me|tell me)\\s+)?(?:(?:the|your|my|current|system)\\s+)*status"),
    sentence("how are you(?: (?:doing|today))?"),
  ],
  plan(_slots, turn) {
    const name = assistantName(turn);
    const tools = [...turn.tools].sort();
    const lines = [
      `- Model: offline/assistant (no language model, no network)`,
      ...(name ? [`- Name: ${name}`] : []),
      `- Tools I may use: ${tools.length > 0 ? tools.join(", ") : "none"}`,
      ...(turn.stamp
        ? [`- Your time: ${turn.stamp.weekday} ${turn.stamp.date} ${turn.stamp.time} ${turn.stamp.zone}`]
        : []),
    ];
    return say(
      `All is well; I am the offline assistant.\n\n${lines.join("\n")}\n\nSend /status for the Gateway's own view.`,
    );
  },
};

export const time: Intent = {
  name: "time",
  examples: ["what time is it?", "what is the date?"],
  patterns: [
    sentence(
      "(?:what(?:'s| is)?|tell me|which)\\s+(?:(?:the|current|today'?s)\\s+)*(?:time|date|day|weekday)(?:\\s+(?:is it|is today|it is|today|now|and date|and time))*(?:\\s+(?:now|today))?",
    ),
    sentence("(?:time|date|what day is (?:it|today))"),
  ],
  plan(_slots, turn) {
    if (turn.stamp) {
      const { weekday, date, time: clock, zone } = turn.stamp;
      return say(`It is ${clock} (${zone}) on ${weekday} ${date}.`);
    }
    const now = new Date(turn.now).toISOString();
    return say(`It is ${now.slice(11, 16)} (UTC) on ${now.slice(0, 10)}.`);
  },
};
