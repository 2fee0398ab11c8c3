import { type CommandHandler, say } from "./command-request.ts";
import { dollars, shortCount } from "./short-count.ts";

/** `/send`: whether the assistant may answer in this session. */
export const sendCommand: CommandHandler = ({ args, sessionKey }, { session }) => {
  const mode = args.toLowerCase();
  switch (mode) {
    case "on":
    case "allow":
      session.patch(sessionKey, { sendPolicy: "allow" });
      return say("⚙️ Send policy set to on.");
    case "off":
    case "deny":
      session.patch(sessionKey, { sendPolicy: "deny" });
      return say("⚙️ Send policy set to off.");
    case "inherit":
    case "default":
      session.patch(sessionKey, { sendPolicy: undefined });
      return say("⚙️ Send policy set to inherit.");
    default:
      return say("⚙️ Usage: /send on|off|inherit");
  }
};

/** `/activation`: when the assistant answers in a group. The next turn tells the model about the group anew. */
export const activationCommand: CommandHandler = ({ args, sessionKey, place }, { session }) => {
  if (!place.isGroup) return say("⚙️ Group activation only applies to group chats.");
  const mode = args.toLowerCase();
  if (mode !== "mention" && mode !== "always") return say("⚙️ Usage: /activation mention|always");
  session.patch(sessionKey, { groupActivation: mode, groupActivationNeedsSystemIntro: true });
  return say(`⚙️ Group activation set to ${mode}.`);
};

const footers = ["off", "tokens", "full"] as const;

/** `/usage`: the line under answers, and what sessions have cost. */
export const usageCommand: CommandHandler = async ({ args, sessionKey }, services) => {
  const { session, usage, now } = services;
  const set = (mode: (typeof footers)[number]) => {
    session.patch(sessionKey, { responseUsage: mode === "off" ? undefined : mode });
    return say(`⚙️ Usage footer: ${mode}.`);
  };
  switch (args.toLowerCase()) {
    case "": {
      const stored = session.get(sessionKey)?.responseUsage;
      const current = stored === "on" ? "tokens" : (stored ?? "off");
      return set(footers[(footers.indexOf(current) + 1) % footers.length] ?? "off");
    }
    case "off":
      return set("off");
    case "on":
    case "tokens":
      return set("tokens");
    case "full":
      return set("full");
    case "cost": {
      const midnight = new Date(now());
      midnight.setHours(0, 0, 0, 0);
      const monthAgo = new Date(midnight);
      monthAgo.setDate(monthAgo.getDate() - 29);
      const [own, today, month] = await Promise.all([
        usage.session(sessionKey),
        usage.since(midnight.getTime()),
        usage.since(monthAgo.getTime()),
      ]);
      const partial = (sum: { partial: boolean }) => (sum.partial ? " (partial)" : "");
      return say(
        "💸 Usage cost",
        `Session ${dollars(own.cost)}${partial(own)} · ${shortCount(own.tokens)} tokens`,
        `Today ${dollars(today.cost)}${partial(today)}`,
        `Last 30d ${dollars(month.cost)}${partial(month)}`,
      );
    }
    default:
      return say("⚙️ Usage: /usage off|tokens|full|cost");
  }
};

/** `/stop`: ends what runs in the session and forgets what waits behind it. */
export const stopCommand: CommandHandler = async ({ sessionKey }, { stop }) => say(stoppedText(await stop(sessionKey)));

/** What people are told of a stop. */
export function stoppedText({ subagents, discarded }: { subagents: number; discarded: number }): string {
  return [
    "⚙️ Agent was aborted.",
    subagents > 0 ? ` Stopped ${subagents} ${subagents === 1 ? "sub-agent" : "sub-agents"}.` : "",
    discarded > 0 ? ` Discarded ${discarded} queued ${discarded === 1 ? "message" : "messages"}.` : "",
  ].join("");
}

/** `/skill` without the name of a skill; with one, the message is the skill's. */
export const skillCommand: CommandHandler = ({ agentId }, { skills }) => {
  const known = skills(agentId).map(({ name }) => name);
  if (known.length === 0) return say("⚠️ No skills are installed for this agent, so there is nothing to run.");
  return say("⚙️ Usage: /skill <name> [input]", `Skills: ${known.join(", ")}`);
};

/** `/restart`: as the configuration allows it. */
export const restartCommand: CommandHandler = (_request, { config, restart }) => {
  if (config().commands?.restart !== true || !restart) {
    return say("⚠️ /restart is disabled. Set commands.restart=true to enable.");
  }
  const text =
    restart.method === "in-process"
      ? "⚙️ Restarting OpenClaw in-process (SIGUSR1); back in a few seconds."
      : `⚙️ Restarting OpenClaw via ${restart.method}; give me a few seconds to come back online.`;
  return { text, afterwards: () => restart.request() };
};
