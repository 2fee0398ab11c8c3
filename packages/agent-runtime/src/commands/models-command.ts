import { authLabel, formatModelRef, type ModelRef, sameModelRef } from "@openclaw/models";
import { sessionModel } from "../run/run-setup.ts";
import {
  type CommandButton,
  type CommandHandler,
  type CommandReply,
  type CommandRequest,
  type CommandServices,
  say,
} from "./command-request.ts";
import { type ModelChoices, modelChoices } from "./model-choice.ts";
import { pickerRows, pickerText } from "./model-picker.ts";
import { buttonRows } from "./value-menu.ts";

const pageSize = 20;
const largestPage = 100;
/** Of Telegram's Bot API, the narrowest of the platforms. */
const mostButtonBytes = 64;

/** `/models`: providers, or the models of one by pages. */
export const modelsCommand: CommandHandler = async (request, services) => {
  const { allowed } = await choicesOf(request, services);
  const byProvider = new Map<string, ModelRef[]>();
  for (const ref of allowed) byProvider.set(ref.provider, [...(byProvider.get(ref.provider) ?? []), ref]);
  const providers = [...byProvider.keys()].sort();
  const [wanted, ...rest] = request.args.split(/\s+/).filter(Boolean);
  const perRow = request.place.buttonsPerRow;
  const turned = /^page=(\d+)$/i.exec(wanted ?? "");
  if (wanted === undefined || turned !== null) {
    if (perRow !== undefined && providers.length > 0)
      return providerButtons(providers, Number(turned?.[1] ?? 1), perRow);
    return say(
      "Providers:",
      ...providers.map((provider) => `- ${provider} (${byProvider.get(provider)?.length})`),
      "",
      "Use: /models <provider>",
      "Switch: /model <provider/model>",
    );
  }
  const provider = wanted.toLowerCase();
  const models = byProvider.get(provider);
  if (!models) {
    const known = services.models.canonical(`${provider}/x`)?.provider;
    const same = known === undefined ? undefined : byProvider.get(known);
    if (known !== undefined && same) return modelsPage(known, same, rest, perRow);
    const declared = await services.models.list({ all: true });
    if (declared.some((info) => info.provider === provider)) return say(`Models (${provider}) — none`);
    return say(`Unknown provider: ${wanted}`, "", "Available providers:", ...providers.map((id) => `- ${id}`));
  }
  return modelsPage(provider, models, rest, perRow);
};

function providerButtons(providers: readonly string[], wanted: number, perRow: number): CommandReply {
  const pages = Math.max(1, Math.ceil(providers.length / pageSize));
  const page = Math.min(pages, Math.max(1, wanted));
  const shown = providers.slice((page - 1) * pageSize, page * pageSize);
  const offered = shown.map((id) => ({ text: id, data: `/models ${id}` }));
  const to = (target: number, text: string) =>
    target < 1 || target > pages ? [] : [{ text, data: `/models page=${target}` }];
  const around = [...to(page - 1, "◀ Prev"), ...to(page + 1, "Next ▶")];
  const buttons = [...buttonRows(pressable(offered), perRow), ...(around.length === 0 ? [] : [around])];
  return { text: "Select a provider:", buttons, inPlace: true };
}

function modelsPage(
  provider: string,
  models: readonly ModelRef[],
  words: readonly string[],
  perRow: number | undefined,
): CommandReply {
  const { page, size } = readPage(words, models.length);
  const pages = Math.max(1, Math.ceil(models.length / size));
  if (page < 1 || page > pages) {
    return say(`Page out of range: ${page} (valid: 1-${pages})`, `Try: /models ${provider} ${pages}`);
  }
  const first = (page - 1) * size;
  const shown = models.slice(first, first + size);
  const text = say(
    `Models (${provider}) — showing ${first + 1}-${first + shown.length} of ${models.length} (page ${page}/${pages})`,
    ...shown.map((ref) => `- ${formatModelRef(ref)}`),
    "",
    "Switch: /model <provider/model>",
    page < pages ? `More: /models ${provider} ${page + 1}` : undefined,
    pages > 1 ? `All: /models ${provider} all` : undefined,
  );
  if (perRow === undefined || shown.length > pageSize) return { ...text, inPlace: true };
  const own = pressable(shown.map((ref) => ({ text: ref.model, data: `/model ${formatModelRef(ref)}` })));
  const to = (target: number, label: string) =>
    target < 1 || target > pages ? [] : [{ text: label, data: `/models ${provider} ${target}` }];
  const around = [...to(page - 1, "◀ Prev"), { text: "Providers", data: "/models" }, ...to(page + 1, "Next ▶")];
  const buttons = [...buttonRows(own, perRow), pressable(around)];
  const known = isWhole(own, shown.length) ? { text: `Models (${provider}) — ${models.length} available` } : text;
  return { ...known, buttons, inPlace: true };
}

/** The button that leads from the current model to all others. */
export const browseModels: CommandButton = { text: "Browse models", data: "/models" };

/** Whether everything can be chosen by a button, so that no list has to say what is left to typing. */
function isWhole(buttons: readonly CommandButton[], offered: number): boolean {
  return offered > 0 && buttons.length === offered;
}

/** Platforms bound what a button can hold; what does not fit is left to typing. */
function pressable(buttons: readonly CommandButton[]): CommandButton[] {
  return buttons.filter(({ data }) => Buffer.byteLength(data) <= mostButtonBytes);
}

function readPage(words: readonly string[], count: number): { page: number; size: number } {
  let page = 1;
  let size = pageSize;
  for (const word of words) {
    const option = /^(page|limit|size)=(\d+)$/i.exec(word);
    if (/^all$/i.test(word)) size = Math.max(1, count);
    else if (/^\d+$/.test(word)) page = Number(word);
    else if (option?.[1]?.toLowerCase() === "page") page = Number(option[2]);
    else if (option) size = Math.min(largestPage, Math.max(1, Number(option[2])));
  }
  return { page, size };
}

/** What a bare `/model`, `/model list` and `/model status` answer. */
export async function modelListing(
  what: "list" | "status",
  request: CommandRequest,
  services: CommandServices,
): Promise<string> {
  const choices = await choicesOf(request, services);
  if (what === "list") return pickerText(pickerRows(choices.allowed), choices.current);
  const dropped = overrideOf(request, services) !== undefined && sameModelRef(choices.current, choices.defaultRef);
  const lines = [
    `Current: ${formatModelRef(choices.current)}${dropped ? " (previous selection reset to default)" : ""}`,
    `Default: ${formatModelRef(choices.defaultRef)}`,
    `Agent: ${request.agentId}`,
    `Auth file: ${services.authFile(request.agentId)}`,
  ];
  if (choices.allowed.length === 0) return [...lines, "No models available."].join("\n");
  const providers = [...new Set(choices.allowed.map(({ provider }) => provider))];
  for (const provider of providers) {
    const refs = choices.allowed.filter((ref) => ref.provider === provider);
    const endpoint = services.endpoint(provider);
    const auth = services.models.providerAuth(provider, request.agentId);
    const api = endpoint.api ?? choices.known.find((info) => info.provider === provider)?.api ?? "unknown";
    lines.push(
      "",
      `[${provider}] endpoint: ${endpoint.baseUrl ?? "default"} api: ${api} auth: ${auth === undefined ? "missing" : authLabel(auth, services.now())}`,
      ...refs.map((ref) => {
        const alias = choices.aliases.find((entry) => sameModelRef(entry.ref, ref))?.alias;
        return `  • ${formatModelRef(ref)}${alias ? ` (${alias})` : ""}`;
      }),
    );
  }
  return lines.join("\n");
}

/** The models of a session's agent; an override that is no longer allowed counts as none. */
export function choicesOf(request: CommandRequest, services: CommandServices): Promise<ModelChoices> {
  const override = overrideOf(request, services);
  const kept = override && services.models.isAllowed(override) ? override : undefined;
  return modelChoices(services.models, request.agentId, kept);
}

function overrideOf({ sessionKey }: CommandRequest, { session }: CommandServices): ModelRef | undefined {
  return sessionModel(sessionKey, session.get(sessionKey), session);
}
