import type { Intent } from "../turn.ts";
import { say } from "../turn.ts";
import { sentence } from "../words.ts";

/** What the assistant understands, as shown in chats. */
export const whatIUnderstand = `- \`list files\` or \`list files in memory\`
- \`read notes.md\`
- \`save a note: buy milk\` or \`write buy milk to shopping.md\`
- \`remember that I like tea\`
- \`what do you remember?\` or \`what do you remember about tea?\`
- \`run uname -a\`
- \`status\`, \`what time is it?\`, \`who are you?\`
- \`how do I connect a model?\``;

export const help: Intent = {
  name: "help",
  examples: ["help", "what can you do?"],
  patterns: [
    sentence("(?:help|help me|\\?|commands|usage|menu)"),
    sentence(
      "(?:what|which things) (?:can|could|do) (?:you|i) (?:do|say|ask|understand|know how to do)(?: (?:for me|here|you))?",
    ),
    sentence(
      "(?:how do (?:i|you) (?:use|work with) (?:you|this)|how does this work|what are your (?:commands|skills|abilities))",
    ),
  ],
  plan: () =>
    say(
      `I am the offline assistant. I understand these sentences, in your own capitals and punctuation:\n\n${whatIUnderstand}\n\nFor everything else, connect a real model; the last line tells how.`,
    ),
};

export const connect: Intent = {
  name: "connect",
  examples: ["how do I connect a real model?"],
  patterns: [
    sentence(
      "(?:how (?:do|can|should) (?:i|we|you) |how to |help me (?:to )?|i (?:want|would like) to )?(?:connect|set ?up|add|use|get|configure|switch to|install|choose)(?: to)? (?:an? |the |my |another |some )?(?:real |proper |better |language |ai |large )*(?:model|llm|provider|ai|api key|key|claude|gpt|chatgpt|openai|anthropic|openrouter|ollama)s?(?: .*)?",
    ),
    sentence("(?:connect|models?|providers?|api keys?)"),
  ],
  plan: () => say(howToConnect),
};

/** How a person gets a real model. */
export const howToConnect = `I am the offline assistant. To talk to a real model, pick one of these:

1. A key in the environment of the Gateway. Put one of these lines into \`~/.openclaw/.env\` and restart the Gateway with \`openclaw gateway restart\`:
   \`ANTHROPIC_API_KEY=…\`, \`OPENAI_API_KEY=…\` or \`OPENROUTER_API_KEY=…\`
2. A model on your own machine. Start Ollama (https://ollama.com) and fetch a model that can use tools; OpenClaw finds it by itself within a minute.
3. Any OpenAI-compatible server. Add to \`~/.openclaw/openclaw.json\`:
\`\`\`json5
{
  models: { providers: { local: {
    baseUrl: "http://127.0.0.1:8000/v1", apiKey: "…", api: "openai-completions",
    models: [{ id: "my-model", name: "My model" }],
  } } },
  agents: { defaults: { model: { primary: "local/my-model" } } },
}
\`\`\`
With several keys, \`agents.defaults.model.primary\` says which model is used, for example \`anthropic/claude-opus-4-6\`.`;
