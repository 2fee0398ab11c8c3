import { type CommandHandler, say } from "./command-request.ts";

type Decision = "allow-once" | "allow-always" | "deny";

const decisions: Readonly<Record<string, Decision>> = {
  "allow-once": "allow-once",
  allow: "allow-once",
  once: "allow-once",
  "allow-always": "allow-always",
  always: "allow-always",
  deny: "deny",
  reject: "deny",
  block: "deny",
};

const usage = "Usage: /approve <id> allow-once|allow-always|deny";

/** `/approve`: answers a question about running a command; id and decision in either order. */
export const approveCommand: CommandHandler = async ({ args, sender }, { approvals }) => {
  const words = args.split(/\s+/).filter(Boolean);
  const [first, second] = words;
  if (first === undefined || second === undefined || words.length > 2) return say(usage);
  const named = decisionOf(second);
  const [id, decision] = named ? [first, named] : [second, decisionOf(first)];
  if (!decision || !approvals) return say(usage);
  if (!sender.mayApprove) return say("❌ /approve requires operator.approvals for gateway clients.");
  try {
    await approvals.resolveApproval(id, decision, sender.name ?? sender.id ?? null);
  } catch (error) {
    return say(`❌ Failed to submit approval: ${error instanceof Error ? error.message : String(error)}`);
  }
  return say(`✅ Exec approval ${decision} submitted for ${id}.`);
};

function decisionOf(word: string): Decision | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(decisions, lower) ? decisions[lower] : undefined;
}
