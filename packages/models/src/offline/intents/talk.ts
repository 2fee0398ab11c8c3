import type { Intent, Turn } from "../turn.ts";
import { say } from "../turn.ts";
import { sentence } from "../words.ts";

const aboutMe = "I am the offline assistant of OpenClaw: I work without a language model, a key or a network.";

export const greeting: Intent = {
  name: "greeting",
  examples: ["hi", "good morning"],
  patterns: [
    sentence(
      "(?:hi|hello|hey|howdy|hiya|greetings|good (?:morning|afternoon|evening|day)|wake up)(?:,? (?:there|you|again|assistant|openclaw|everyone|(?:my )?friend))?",
    ),
    // How a fresh session asks for a first word.
    /^\/(?:new|reset)$/i,
    /\bnew session\b[\s\S]*\bgreet/i,
    /\bgreet\b[\s\S]*\bnew session\b/i,
  ],
  plan(_slots, turn) {
    const name = assistantName(turn);
    const first = turn.system.includes("## BOOTSTRAP.md")
      ? '\n\nThis is a new workspace. Getting to know each other and giving me a name needs a real model; say "how do I connect a model" to see how.'
      : "";
    return say(
      `Hello!${name ? ` I am ${name}.` : ""} ${aboutMe} I can already look after your files and notes. Say "help" to see what I understand.${first}`,
    );
  },
};

export const identity: Intent = {
  name: "identity",
  examples: ["who are you?", "what is your name?"],
  patterns: [
    sentence("(?:who|what) (?:are|r) (?:you|u)(?: exactly)?"),
    sentence("(?:what(?:'s| is)|tell me) your name"),
    sentence("(?:what|which) (?:model|llm|ai)(?: model)? (?:are you|is this|do you use)(?: using)?"),
    sentence("are you (?:an? )?(?:ai|real|human|bot|robot|language model|llm)"),
  ],
  plan(_slots, turn) {
    const name = assistantName(turn);
    const called = name ? `I am called ${name}, and at the moment` : "I have no name of my own yet:";
    return say(
      `${called} I run as the offline assistant of OpenClaw (model offline/assistant). I follow a small set of plain sentences instead of thinking with a language model. Say "help" to see them, or "how do I connect a model" for a real one.`,
    );
  },
};

export const thanks: Intent = {
  name: "thanks",
  examples: ["thanks"],
  patterns: [
    sentence(
      "(?:thanks?|thank you|thx|cheers|great|nice|perfect|cool|well done|good job)(?: (?:a lot|so much|very much|you|work))?",
    ),
    sentence("(?:bye|goodbye|see you|good night)(?: (?:later|soon|then))?"),
  ],
  plan: () => say("You are welcome. I am here whenever you need me."),
};

/** The name in IDENTITY.md, when somebody has filled it in. */
export function assistantName(turn: Turn): string | undefined {
  const start = turn.system.search(/^## IDENTITY\.md\s*$/m);
  if (start < 0) return undefined;
  const rest = turn.system.slice(start + 3);
  const next = rest.search(/^## \S+\.md\s*$/m);
  const section = next < 0 ? rest : rest.slice(0, next);
  const name = /^[ \t>*-]*name[ \t]*\**[ \t]*:[ \t]*\**[ \t]*(.+)$/im.exec(section)?.[1]?.trim();
  return name &&
    /^\p{L}[\p{L}\p{N} .'-]{0,39}$/u.test(name) &&
    !/^(?:unset|unknown|none|tbd|your|choose|pick)\b/i.test(name)
    ? name
    : undefined;
}
