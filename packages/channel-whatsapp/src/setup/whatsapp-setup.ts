import type { ChannelLinkPlan, ChannelSetup, ChannelSetupInput, DirectPolicyName } from "@openclaw/plugin-sdk";
import { typedEntries } from "@openclaw/plugin-sdk/setup";
import { whatsappAccounts } from "../account/whatsapp-accounts.ts";
import { readLinkedUser } from "../auth/linked-user.ts";
import { e164 } from "./e164.ts";

type Keys = Record<string, unknown>;

/** What people are asked when they set up a linked device. It is linked once everything is written. */
export const whatsappSetup: ChannelSetup = {
  async ask(input) {
    const wish = await askLink(input);
    const personal = input.quick || (await askPhone(input)) === "personal";
    const { keys, number } = personal
      ? await askPersonal(input)
      : { keys: await askSeparate(input), number: undefined };
    if (wish === undefined) return { keys };
    if (wish.by === "qr") return { keys, link: { again: wish.again } };
    return { keys, link: { again: wish.again, phoneNumber: await askOwnNumber(input, number) } };
  },
};

type LinkWish = Pick<ChannelLinkPlan, "again"> & { by: "qr" | "code" };

async function askLink({ prompter, quick, ...input }: ChannelSetupInput): Promise<LinkWish | undefined> {
  const { authDir } = whatsappAccounts.resolve(input);
  const user = await readLinkedUser(authDir);
  if (user === undefined) {
    await prompter.note(
      [
        "The assistant becomes a linked device of a WhatsApp account, as WhatsApp Web does.",
        "On the telephone: WhatsApp, Settings, Linked Devices, Link a Device.",
        `Its keys will lie in ${authDir}.`,
      ].join("\n"),
      "WhatsApp linking",
    );
  }
  const message = user === undefined ? "Link WhatsApp now (QR)?" : "WhatsApp already linked. Re-link now?";
  if (!(await prompter.confirm({ message, initial: user === undefined }))) return undefined;
  const again = user !== undefined;
  if (quick) return { again, by: "qr" };
  const by = await prompter.select<"qr" | "code">({
    message: "How to link",
    options: [
      { value: "qr", label: "QR code", hint: "scan it with the telephone" },
      { value: "code", label: "Pairing code", hint: "type eight characters on the telephone" },
    ],
    initial: "qr",
  });
  return { again, by };
}

function askPhone({ prompter, config }: ChannelSetupInput): Promise<"personal" | "separate"> {
  return prompter.select<"personal" | "separate">({
    message: "WhatsApp phone setup",
    options: [
      { value: "personal", label: "This is my personal phone number", hint: "you write to yourself" },
      { value: "separate", label: "A separate phone just for the assistant" },
    ],
    initial: config.selfChatMode === false ? "separate" : "personal",
  });
}

/** The account is somebody's own: they alone talk to the assistant, in the chat with themselves. */
async function askPersonal(input: ChannelSetupInput): Promise<{ keys: Keys; number: string }> {
  const { prompter } = input;
  const listed = listedNumbers(input);
  await prompter.note("The assistant answers this number alone, in WhatsApp's chat with yourself.", "WhatsApp number");
  const [first] = listed;
  const typed = await prompter.text({
    message: "Your personal WhatsApp number (the phone you will message from)",
    placeholder: "+15555550123",
    ...(first === undefined ? {} : { initial: first }),
    validate: numberProblem,
  });
  const number = e164(typed) ?? typed;
  return {
    number,
    keys: { selfChatMode: true, dmPolicy: "allowlist", allowFrom: [...new Set([number, ...listed])] },
  };
}

async function askSeparate(input: ChannelSetupInput): Promise<Keys> {
  const { prompter, config } = input;
  await prompter.note(
    [
      "pairing: strangers get a code, and you approve it with `openclaw pairing approve whatsapp <code>`",
      "allowlist: only numbers you name are answered",
      "open: everybody is answered; a public bot",
      "disabled: direct messages are dropped",
    ].join("\n"),
    "WhatsApp DM access",
  );
  const dmPolicy = await prompter.select<DirectPolicyName>({
    message: "WhatsApp DM policy",
    options: [
      { value: "pairing", label: "Pairing (recommended)", hint: "strangers get a code" },
      { value: "allowlist", label: "Allowlist", hint: "only those you name" },
      { value: "open", label: "Open", hint: "everybody" },
      { value: "disabled", label: "Disabled", hint: "no direct messages" },
    ],
    initial: policyOf(config.dmPolicy),
  });
  const keys = { selfChatMode: false, dmPolicy };
  const listed = listedNumbers(input);
  if (dmPolicy === "open") return { ...keys, allowFrom: [...listed, "*"] };
  if (dmPolicy === "disabled") return keys;
  const wish = await prompter.select<"keep" | "unset" | "list">({
    message: "WhatsApp allowFrom (optional pre-allowlist)",
    options: [
      ...(listed.length === 0
        ? []
        : [{ value: "keep" as const, label: "Keep the list", hint: listed.join(", ").slice(0, 60) }]),
      {
        value: "unset",
        label: "No list",
        hint: dmPolicy === "pairing" ? "everybody pairs" : "only the account itself",
      },
      { value: "list", label: "Name numbers" },
    ],
    initial: listed.length === 0 ? "unset" : "keep",
  });
  if (wish === "keep") return { ...keys, allowFrom: listed };
  if (wish === "unset") return { ...keys, ...(config.allowFrom === undefined ? {} : { allowFrom: null }) };
  const typed = await prompter.text({
    message: "Allowed sender numbers (separated by commas)",
    placeholder: "+15555550123, +447700900123",
    ...(listed.length === 0 ? {} : { initial: listed.join(", ") }),
    validate(text) {
      const entries = typedEntries(text);
      return entries.length === 0 ? "Required" : entries.map(numberProblem).find((problem) => problem !== undefined);
    },
  });
  return { ...keys, allowFrom: [...new Set(typedEntries(typed).map((entry) => e164(entry) ?? entry))] };
}

async function askOwnNumber({ prompter }: ChannelSetupInput, known: string | undefined): Promise<string> {
  const typed = await prompter.text({
    message: "Number of the WhatsApp account to link",
    placeholder: "+15555550123",
    ...(known === undefined ? {} : { initial: known }),
    validate: numberProblem,
  });
  return e164(typed) ?? typed;
}

function listedNumbers({ config }: ChannelSetupInput): string[] {
  const entries = Array.isArray(config.allowFrom) ? config.allowFrom.map(String) : [];
  return [...new Set(entries.filter((entry) => entry.trim() !== "*").map((entry) => e164(entry) ?? entry))];
}

function policyOf(value: unknown): DirectPolicyName {
  return value === "allowlist" || value === "open" || value === "disabled" ? value : "pairing";
}

function numberProblem(text: string): string | undefined {
  return e164(text) === undefined ? `Invalid number: ${text.trim()}` : undefined;
}
