import path from "node:path";
import { expandTilde } from "@openclaw/config/paths";
import { defaultAgentIdOf, openSessions } from "@openclaw/sessions";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { sessionsFlags } from "../spec/observe-commands.ts";
import { sessionDefaults } from "../status/local-state.ts";
import { readSessionStore } from "../status/read-session-store.ts";
import { type ListedSession, listedSession, sessionFlags } from "../status/session-facts.ts";
import { formatAge, formatUsage } from "../terminal/age.ts";
import type { Style } from "../terminal/style.ts";
import { padText } from "../terminal/text-width.ts";

const widths = { kind: 6, key: 26, age: 9, model: 14, tokens: 20 };

/** `sessions`: what a session store holds, the latest first. Needs no Gateway. */
export async function run({ flags }: CommandInput<typeof sessionsFlags>, context: CommandContext): Promise<undefined> {
  const { config } = await context.config();
  const { paths, env, cwd } = context;
  const agentId = defaultAgentIdOf(config);
  const all = openSessions({ stateDir: paths.stateDir, config: () => config, homeDir: paths.home });
  const file = flags.store ? path.resolve(cwd, expandTilde(flags.store, paths.home)) : all.storePath(agentId);
  const store = readSessionStore(file, agentId);
  const defaults = await sessionDefaults(config, agentId, env, context.paths.stateDir);
  const now = context.now();
  const oldest = flags.active === undefined ? Number.NEGATIVE_INFINITY : now - flags.active * 60_000;
  const sessions: ListedSession[] = [];
  for (const [key, entry] of store.byRecency()) {
    if (entry.updatedAt < oldest) break;
    sessions.push(listedSession(key, entry, defaults, now));
  }
  if (flags.json) {
    return void context.printJson({
      path: file,
      count: sessions.length,
      activeMinutes: flags.active ?? null,
      sessions,
    });
  }
  context.print(context.style.info(`Session store: ${context.shorten(file)}`));
  context.print(context.style.info(`Sessions listed: ${sessions.length}`));
  if (flags.active !== undefined) context.print(context.style.muted(`Active in the last ${flags.active} minutes`));
  if (sessions.length === 0) return void context.print("No sessions found.");
  context.print(context.style.heading(row(["Kind", "Key", "Age", "Model", "Tokens (ctx %)", "Flags"])));
  for (const session of sessions) context.print(sessionLine(session, context.style));
}

function sessionLine(session: ListedSession, style: Style): string {
  return row([
    session.kind,
    middleShortened(session.key, widths.key),
    formatAge(session.ageMs).replace(" ago", ""),
    middleShortened(session.model ?? "-", widths.model),
    formatUsage(session.totalTokens, session.contextTokens),
    style.muted(sessionFlags(session).join(" ")),
  ]);
}

function row(cells: readonly [string, string, string, string, string, string]): string {
  const [kind, key, age, model, tokens, flags] = cells;
  return [
    padText(kind, widths.kind),
    padText(key, widths.key),
    padText(age, widths.age),
    padText(model, widths.model),
    padText(tokens, widths.tokens),
    flags,
  ]
    .join(" ")
    .trimEnd();
}

/** Keeps both ends of a text that is too long: keys differ at the end. */
export function middleShortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
