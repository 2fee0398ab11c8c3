import type { ChannelSetup, ChannelSetupInput } from "@openclaw/plugin-sdk";
import { askPlaces, askSecrets, typedEntries } from "@openclaw/plugin-sdk/setup";
import { slackAccounts } from "../account/slack-account.ts";
import { createSlackApi, type SlackApi } from "../connection/slack-api.ts";
import { channelEntry, findChannel, findPerson } from "../directory.ts";
import { listChannels, listUsers } from "../workspace.ts";
import { slackManifest } from "./manifest.ts";

const label = "Slack channels";
const bot = { name: "botToken", message: "Enter Slack bot token (xoxb-...)", variable: "SLACK_BOT_TOKEN" };
const app = { name: "appToken", message: "Enter Slack app token (xapp-...)", variable: "SLACK_APP_TOKEN" };

/** What people are asked when they set up an app. */
export const slackSetup: ChannelSetup = {
  async ask(input) {
    const { quick } = input;
    const before = slackAccounts.resolve(input);
    const overHttp = before.settings.mode === "http";
    const tokensAsked = overHttp ? [bot] : [bot, app];
    const configured = before.botTokenSource === "config" && (overHttp || before.appTokenSource === "config");
    const name = configured || quick ? "OpenClaw" : await askName(input);
    const answer = await askSecrets(
      {
        label: "Slack tokens",
        variables: tokensAsked.map(({ variable }) => variable),
        configured,
        questions: tokensAsked,
        help: { title: "Slack app", text: help(name, overHttp) },
      },
      input,
    );
    const tokens =
      answer.from === "answers"
        ? answer.values
        : answer.from === "config"
          ? {}
          : Object.fromEntries(
              tokensAsked.flatMap(({ name: key }) => (input.config[key] === undefined ? [] : [[key, null]])),
            );
    const botToken =
      answer.from === "answers"
        ? answer.values.botToken
        : answer.from === "env"
          ? input.env.SLACK_BOT_TOKEN?.trim()
          : before.botToken;
    const signing = overHttp ? await askSigningSecret(input, before.signingSecret) : {};
    return { keys: { ...tokens, ...signing, ...(await askChannels(input, botToken)) } };
  },
  direct: {
    policyPath: ["dm", "policy"],
    allowFromPath: ["dm", "allowFrom"],
    async askAllowFrom(input, listed) {
      const { prompter } = input;
      const typed = await prompter.text({
        message: "Slack allowFrom (user ids, @names or addresses)",
        placeholder: "U0123ABCD, @ada, ada@example.com",
        ...(listed.length === 0 ? {} : { initial: listed.join(", ") }),
        validate: (text) => (typedEntries(text).length === 0 ? "Required" : undefined),
      });
      const entries = typedEntries(typed);
      if (entries.every((entry) => /^[UW][A-Z0-9]{5,}$/.test(entry))) return entries;
      return lookUp(entries, input, slackAccounts.resolve(input).botToken, "Slack people", async (api) => {
        const people = await listUsers(api);
        return entries.map((entry) => findPerson(people, entry));
      });
    },
  },
};

function help(name: string, overHttp: boolean): string {
  return [
    "1. https://api.slack.com/apps: Create New App, From a manifest (below).",
    "2. Install App to the workspace: the bot token begins with xoxb-.",
    ...(overHttp
      ? [
          "3. Switch Socket Mode off, and give the public address of this Gateway",
          "   as Request URL of events, actions and commands.",
        ]
      : ["3. Basic Information, App-Level Tokens: one with the scope", "   connections:write; it begins with xapp-."]),
    "4. Invite the bot to the channels it shall listen in.",
    "",
    slackManifest(name),
  ].join("\n");
}

/** What Slack signs its requests with; only requests over HTTP are. */
async function askSigningSecret(
  { prompter }: ChannelSetupInput,
  known: string | undefined,
): Promise<{ signingSecret?: string }> {
  if (known !== undefined) {
    const message = "Slack signing secret already configured. Keep it?";
    if (await prompter.confirm({ message, initial: true })) return {};
  }
  const signingSecret = await prompter.text({
    message: "Enter Slack signing secret (Basic Information, App Credentials)",
    secret: true,
    validate: (text) => (text.trim() === "" ? "Required" : undefined),
  });
  return { signingSecret: signingSecret.trim() };
}

function askName({ prompter }: ChannelSetupInput): Promise<string> {
  return prompter.text({
    message: "Slack bot display name (used for manifest)",
    initial: "OpenClaw",
    validate: (text) =>
      text.trim().length > 35 ? "At most 35 characters" : text.trim() === "" ? "Required" : undefined,
  });
}

async function askChannels(input: ChannelSetupInput, botToken: string | undefined): Promise<Record<string, unknown>> {
  const { prompter, config } = input;
  const { settings } = slackAccounts.resolve(input);
  const listed = Object.keys(settings.channels);
  const { groupPolicy } = config;
  const asked = await askPlaces(
    {
      label,
      policy: groupPolicy === "open" || groupPolicy === "disabled" ? groupPolicy : "allowlist",
      entries: listed,
      placeholder: "#general, #support, C0123ABCD",
    },
    prompter,
  );
  if (asked === undefined) return {};
  if (asked.policy !== "allowlist") return { groupPolicy: asked.policy };
  const { entries } = asked;
  const found =
    entries.length === 0
      ? []
      : await lookUp(entries, input, botToken, label, async (api) => {
          const known = (await listChannels(api)).map(channelEntry);
          return entries.map((entry) => findChannel(known, entry.replace(/^<#([A-Z0-9]+).*$/, "$1")));
        });
  const channels = Object.fromEntries([
    ...listed.filter((key) => !found.includes(key)).map((key) => [key, null]),
    ...found.filter((key) => !listed.includes(key)).map((key) => [key, { allow: true }]),
  ]);
  return { groupPolicy: "allowlist", ...(Object.keys(channels).length === 0 ? {} : { channels }) };
}

type Hit = { id: string; name?: string };

/** Ids for what was typed, told to whoever typed it; as it was typed where Slack does not say. */
async function lookUp(
  entries: readonly string[],
  input: ChannelSetupInput,
  botToken: string | undefined,
  title: string,
  find: (api: SlackApi) => Promise<(Hit | undefined)[]>,
): Promise<string[]> {
  const { prompter } = input;
  const progress = prompter.progress("Looking the names up…");
  const result = await findAll(input, botToken, find);
  progress.stop();
  if ("problem" in result) {
    await prompter.note(`Channel lookup failed; keeping entries as typed. ${result.problem}`, title);
    return [...entries];
  }
  const idOf = ({ id }: Hit) => id.replace(/^(?:channel|user):/, "");
  const lines = entries.flatMap((entry, at) => {
    const hit = result.hits[at];
    return hit === undefined ? [] : [`${entry} → ${hit.name ?? idOf(hit)} (${idOf(hit)})`];
  });
  const unknown = entries.filter((_entry, at) => result.hits[at] === undefined);
  if (unknown.length > 0) lines.push(`Not found, kept as typed: ${unknown.join(", ")}`);
  await prompter.note(lines.join("\n"), title);
  return entries.map((entry, at) => {
    const hit = result.hits[at];
    return hit === undefined ? entry : idOf(hit);
  });
}

async function findAll(
  input: ChannelSetupInput,
  botToken: string | undefined,
  find: (api: SlackApi) => Promise<(Hit | undefined)[]>,
): Promise<{ hits: (Hit | undefined)[] } | { problem: string }> {
  if (botToken === undefined) return { problem: "There is no bot token." };
  const api = createSlackApi({ ...slackAccounts.resolve(input), botToken }, silent, input.signal);
  try {
    return { hits: await find(api) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  } finally {
    await api.close();
  }
}

const silent = { error() {}, warn() {}, info() {}, debug() {} };
